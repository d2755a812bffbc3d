//! What occurs among lots that can still be bid on: what the hall's filter offers.

use sqlx::PgPool;

use super::lists::Viewer;

/// A list to choose from has no more values.
const FACET_VALUES_MAX: usize = 200;

/// What can be chosen in the hall's filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// The makes.
    pub makes: Vec<String>,
    /// The cities.
    pub cities: Vec<String>,
    /// The grades.
    pub grades: Vec<String>,
    /// The fuels.
    pub fuels: Vec<String>,
}

/// The values of the hall's filters among lots that can still be bid on. One pass over them: the values are few.
pub(crate) async fn facets(pool: &PgPool, viewer: Viewer) -> Result<Facets, sqlx::Error> {
    let hidden = super::sales::hidden_from(pool, viewer.dealer_id).await?;
    let row = sqlx::query!(
        "SELECT coalesce(array_agg(DISTINCT make) FILTER (WHERE make <> ''), '{}') AS \"makes!\",
                coalesce(array_agg(DISTINCT city) FILTER (WHERE city <> ''), '{}') AS \"cities!\",
                coalesce(array_agg(DISTINCT grade) FILTER (WHERE grade <> ''), '{}') AS \"grades!\",
                coalesce(array_agg(DISTINCT fuel) FILTER (WHERE fuel <> ''), '{}') AS \"fuels!\"
           FROM lot
          WHERE status <> 'closed' AND NOT sale_id = ANY($1)",
        &hidden
    )
    .fetch_one(pool)
    .await?;
    let most = |mut values: Vec<String>| {
        values.truncate(FACET_VALUES_MAX);
        values
    };
    let mut grades = row.grades;
    grades.sort_by_key(|grade| by_rank(grade));
    Ok(Facets {
        makes: most(row.makes),
        cities: most(row.cities),
        grades: most(grades),
        fuels: most(row.fuels),
    })
}

/// The best first: 一级 before 二级 before 三级, which their letters do not say.
fn by_rank(grade: &str) -> (usize, String) {
    let rank = |c: char| ['特', '一', '二', '三', '四', '五'].iter().position(|known| *known == c);
    (grade.chars().next().and_then(rank).unwrap_or_default(), grade.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grades_stand_from_the_best_to_the_worst() {
        let mut grades = ["三级", "B", "一级", "二级", "A"];
        grades.sort_by_key(|grade| by_rank(grade));
        assert_eq!(grades, ["A", "B", "一级", "二级", "三级"]);
    }
}
