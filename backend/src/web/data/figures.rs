//! Figures, as they are on the wire.

use shared::words::UnixMillis;

use super::wire::{
    AgentInfo, AgentList, CodeCount, KindCount, OverviewFigures, RiskMix, StepFigures, Tally, Wave,
};
use crate::service::console::{self, AgentFigures, Overview};
use crate::verification::statement::rfc3339;

fn tally(of: &console::Tally) -> Tally {
    let [verified, medium, high] = of.risk;
    Tally {
        total: of.total,
        passed: of.passed,
        failed: of.failed,
        pending: of.pending,
        undecided: of.undecided,
        undeliverable: of.undeliverable,
        risk: RiskMix {
            verified,
            medium,
            high,
        },
        pass_rate: of.pass_rate(),
        median_seconds: of.median_seconds(),
        slow_seconds: of.slow_seconds(),
    }
}

/// Figures over time.
pub fn overview(of: Overview, complete: bool) -> OverviewFigures {
    OverviewFigures {
        from: rfc3339(of.from),
        before: rfc3339(of.before),
        complete,
        all: tally(&of.all),
        steps: of
            .buckets
            .iter()
            .map(|bucket| StepFigures {
                from: rfc3339(bucket.from),
                before: rfc3339(bucket.before),
                tally: tally(&bucket.tally),
                resolved_without_verification: bucket.bypasses,
            })
            .collect(),
        top_findings: of
            .codes
            .into_iter()
            .map(|(code, count)| CodeCount { code, count })
            .collect(),
        findings_of: of.codes_of,
        waves: of
            .waves
            .iter()
            .map(|wave| Wave {
                same: wave.same.as_str(),
                example: wave.example.to_string(),
                requesters: wave.requesters,
                verifications: wave.verifications,
                failed: wave.failed,
                last_at: rfc3339(wave.last_at),
            })
            .collect(),
        given_up: of
            .given_up
            .into_iter()
            .map(|(kind, count)| KindCount { kind, count })
            .collect(),
    }
}

/// Figures of agents, and the bounds of their period.
pub fn agents((figures, from, before): (Vec<AgentFigures>, UnixMillis, UnixMillis)) -> AgentList {
    AgentList {
        from: rfc3339(from),
        before: rfc3339(before),
        agents: figures
            .into_iter()
            .map(|one| AgentInfo {
                tally: tally(&one.tally),
                resolved_without_verification: one.bypasses,
                last_at: rfc3339(one.last_at),
                sys_id: one.agent.sys_id,
                name: one.agent.name,
            })
            .collect(),
    }
}
