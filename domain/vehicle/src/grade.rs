//! 车况等级 by GB/T 30323: a score from 0 to 100 gives one of four grades, and an accident car has the fifth, whatever it would
//! score. Sources grade in their own ways, and so did our inspectors before; what they wrote stays as it is.

use kernel::FieldProblem;

/// The grades, the best first; the last is that of accident cars.
pub const GRADES: [&str; 5] = ["一级", "二级", "三级", "四级", ACCIDENT];
/// The grade of accident cars.
pub const ACCIDENT: &str = "五级";
/// The best score.
pub const SCORE_MAX: u8 = 100;
/// From so many points on a car has the first, the second, the third grade.
const FROM: [u8; 3] = [90, 60, 20];

/// The grade of a score.
pub fn grade_of(score: u8) -> &'static str {
    let place = FROM.iter().position(|from| score >= *from).unwrap_or(FROM.len());
    GRADES[place]
}

/// Whether a report may say so: an accident car without a score, any other with the grade that its score gives.
pub(crate) fn fits(grade: &str, score: Option<u8>) -> bool {
    match score {
        None => grade == ACCIDENT,
        Some(score) => score <= SCORE_MAX && grade == grade_of(score),
    }
}

/// Reads the grade and the score from the fields `score` and `accident` of a form.
pub fn read_grade<'a>(text_of: impl Fn(&str) -> &'a str) -> (String, Option<u8>, Option<FieldProblem>) {
    let typed = text_of("score").trim();
    if !text_of("accident").is_empty() {
        return (ACCIDENT.to_owned(), None, None);
    }
    let wrong = |code| (String::new(), None, Some(FieldProblem::new("score", code)));
    if typed.is_empty() {
        return wrong("GRADE_MISSING");
    }
    match typed.parse::<u8>() {
        Ok(score) if score <= SCORE_MAX => (grade_of(score).to_owned(), Some(score), None),
        _ => wrong("SCORE_INVALID"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_gives_its_grade_and_an_accident_the_fifth() {
        let grades = [
            (100, "一级"),
            (90, "一级"),
            (89, "二级"),
            (60, "二级"),
            (59, "三级"),
            (20, "三级"),
            (19, "四级"),
            (0, "四级"),
        ];
        for (score, grade) in grades {
            assert_eq!(grade_of(score), grade, "{score}");
            assert!(fits(grade, Some(score)) && !fits(grade, None), "{score}");
        }
        assert!(
            fits("五级", None) && !fits("五级", Some(95)) && !fits("B", Some(80)) && !fits("一级", Some(101))
        );
    }

    #[test]
    fn the_form_is_read_and_what_is_no_score_is_said() {
        let read = |score: &'static str, accident: &'static str| {
            let (grade, score, wrong) =
                read_grade(move |name| if name == "score" { score } else { accident });
            (grade, score, wrong.map(|wrong| wrong.code))
        };
        assert_eq!(read(" 84 ", ""), ("二级".into(), Some(84), None));
        assert_eq!(read("84", "on"), ("五级".into(), None, None));
        assert_eq!(read("", "").2.as_deref(), Some("GRADE_MISSING"));
        for odd in ["101", "-1", "8.5", "B"] {
            assert_eq!(read(odd, "").2.as_deref(), Some("SCORE_INVALID"), "{odd}");
        }
    }
}
