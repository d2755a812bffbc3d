//! What a written batch still has to say: answers to who asked, news to who watches.

use std::sync::Arc;

use proof::{Hash, Signer, Stamp};

use super::plan::payload;
use super::{Answer, BidProof, Job, LotHub, Outcome, Peers, ReplyTo, WayBack};
use crate::confirmation::Meant;
use crate::projection::News;

/// Answers and news in the order in which they were written down.
#[derive(Default)]
pub(super) struct Untold {
    answers: Vec<(Job, Outcome, Option<Hash>)>,
    news: Vec<News>,
}

impl Untold {
    /// The job has this outcome, written down as a line of this hash.
    pub(super) fn answer(&mut self, job: Job, outcome: Outcome, line: Option<Hash>) {
        self.answers.push((job, outcome, line));
    }

    /// The watchers of a lot hear this.
    pub(super) fn news(&mut self, news: News) {
        self.news.push(news);
    }

    /// Says it all: answers first, they are waited for. One signature is for all of them.
    pub(super) fn tell(self, hub: &LotHub, peers: &Peers, signer: &Signer) {
        let lines: Vec<Hash> = self.answers.iter().filter_map(|(_, _, line)| *line).collect();
        let mut stamps = Stamp::on(&lines, signer).into_iter();
        let mut ways_back: Vec<Arc<WayBack>> = Vec::new();
        for (job, mut outcome, line) in self.answers {
            if let (Outcome::Refused(refusal), Some(confirmations)) = (&mut outcome, peers.confirmations()) {
                confirmations.ask(refusal, &meant(&job), job.admitted_at);
            }
            let proof = line
                .and_then(|hash| Some(BidProof { hash, key: signer.id().clone(), stamp: stamps.next()? }));
            if let ReplyTo::Process { way_back, .. } = &job.reply_to
                && !ways_back.iter().any(|known| Arc::ptr_eq(known, way_back))
            {
                ways_back.push(Arc::clone(way_back));
            }
            reply(job, outcome, proof);
        }
        // all answers of a batch share a frame
        ways_back.iter().for_each(|way_back| way_back.send());
        for news in self.news {
            news.tell(hub, peers);
        }
    }
}

/// Which bid it is, where it is one: what a person confirms.
fn meant(job: &Job) -> Meant {
    let (key, lot_id) = (job.key, job.lot_id);
    let max_fen = payload(&job.command).unwrap_or_default();
    Meant { key, lot_id, actor: job.sender.actor, user_id: job.sender.user_id, max_fen }
}

fn reply(job: Job, outcome: Outcome, proof: Option<BidProof>) {
    let answer = Answer { key: job.key, lot_id: job.lot_id, outcome, proof };
    match job.reply_to {
        // the caller may have gone; the answer is written down all the same
        ReplyTo::Caller(caller) => drop(caller.send(Ok(answer))),
        ReplyTo::Socket(mailbox) => mailbox.send(answer.encode()),
        ReplyTo::Process { way_back, number } => way_back.answer(number, &answer),
    }
}
