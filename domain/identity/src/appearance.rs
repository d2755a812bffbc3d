//! How the product looks to a person: language and theme.

use kernel::{Lang, Principal, UnixMs};
use platform_db::CommandError;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::events::{Occasion, tell};
use crate::register_user::event_of;
use crate::store::users;
use crate::{Service, store};

/// Light, dark, or as the device says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the device says.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// All of them, in the order in which forms show them.
    pub const ALL: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];

    /// The name in the database, in forms, in cookies and in text keys (`theme.dark`).
    pub const fn name(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The theme of that name; anything unknown is the device's.
    pub fn from_name(name: &str) -> Theme {
        Theme::ALL.into_iter().find(|theme| theme.name() == name).unwrap_or_default()
    }
}

/// Language and theme of the present visitor, signed in or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appearance {
    /// The language.
    pub lang: Lang,
    /// The theme.
    pub theme: Theme,
}

/// What a person chooses for themself. The last choice counts, so it needs no id.
#[derive(Clone, Copy, Debug)]
pub struct SetAppearance {
    /// The new language; `None` leaves it.
    pub lang: Option<Lang>,
    /// The new theme; `None` leaves it.
    pub theme: Option<Theme>,
}

impl Service {
    /// Sets a person's own language and theme, and returns what they are now.
    pub async fn set_appearance(
        &self,
        who: &Principal,
        input: SetAppearance,
    ) -> Result<Appearance, CommandError> {
        let mut tx = self.db.begin().await?;
        let person = store::principals::by_id(&mut tx, who.user_id.0, self.clock.now())
            .await?
            .ok_or_else(kernel::Problem::not_found)?;
        let appearance = Appearance {
            lang: input.lang.unwrap_or(Lang::from_tag(&person.lang)),
            theme: input.theme.unwrap_or(Theme::from_name(&person.theme)),
        };
        store::users::set_appearance(&mut tx, who.user_id.0, appearance.lang.tag(), appearance.theme.name())
            .await?;
        if appearance.lang != Lang::from_tag(&person.lang) {
            tell_lang(&mut tx, who, self.clock.now()).await?;
        }
        tx.commit().await?;
        Ok(appearance)
    }
}

/// Tells in which language the person reads from now on.
async fn tell_lang(conn: &mut PgConnection, who: &Principal, at: UnixMs) -> Result<(), CommandError> {
    let mut user = users::lock(conn, who.user_id.0).await?.ok_or_else(kernel::Problem::not_found)?;
    user.event_seq += 1;
    users::update(conn, &user).await?;
    let occasion = Occasion { who, at, key: Uuid::now_v7(), aggregate: user.id, seq: user.event_seq };
    Ok(tell(conn, &event_of(&user), occasion).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::World;

    #[tokio::test]
    async fn a_choice_is_kept_and_the_other_half_stays() {
        let world = World::new().await;
        let who = world.dealer_user("远行二手车", "yuanxing").await;
        let both = SetAppearance { lang: Some(Lang::En), theme: Some(Theme::Dark) };
        world.service.set_appearance(&who, both).await.unwrap();
        let half = SetAppearance { lang: None, theme: Some(Theme::Light) };
        let now = world.service.set_appearance(&who, half).await.unwrap();
        assert_eq!(now, Appearance { lang: Lang::En, theme: Theme::Light });
        let again = world.service.principal_of(who.user_id).await.unwrap().unwrap();
        assert_eq!((again.appearance, again.principal.lang), (now, Lang::En));
        let told: Vec<_> =
            world.events("UserChanged").await.iter().map(|it| it["data"]["lang"].clone()).collect();
        assert_eq!(
            told,
            ["zh-CN", "en"],
            "who tells him news does so in his language; light or dark is nobody's business"
        );
    }
}
