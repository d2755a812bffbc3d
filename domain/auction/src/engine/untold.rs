//! What a written batch still has to say: answers to who asked, news to who watches.

use super::{Answer, Job, LotHub, Outcome, ReplyTo, encode};
use crate::projection::News;

/// Answers and news in the order in which they were written down.
#[derive(Default)]
pub(super) struct Untold {
    answers: Vec<(Job, Outcome)>,
    news: Vec<News>,
}

impl Untold {
    /// The job has this outcome.
    pub(super) fn answer(&mut self, job: Job, outcome: Outcome) {
        self.answers.push((job, outcome));
    }

    /// The watchers of a lot hear this.
    pub(super) fn news(&mut self, news: News) {
        self.news.push(news);
    }

    /// Says it all: answers first, they are waited for.
    pub(super) fn tell(self, hub: &LotHub) {
        for (job, outcome) in self.answers {
            reply(job, outcome);
        }
        for news in &self.news {
            news.tell(hub);
        }
    }
}

fn reply(job: Job, outcome: Outcome) {
    let answer = Answer { key: job.key, lot_id: job.lot_id, outcome };
    match job.reply_to {
        // the caller may have gone; the answer is written down all the same
        ReplyTo::Caller(caller) => drop(caller.send(Ok(answer))),
        ReplyTo::Socket(mailbox) => mailbox.send(encode(&answer.frame())),
    }
}
