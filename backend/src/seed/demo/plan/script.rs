//! Turns a story and its place in time into a ticket and the steps of its life.

use super::cast::{Cast, Wanted};
use super::timetable::Timetable;
use super::{Act, OPENING, Place, Plan, PlanError, PlannedTicket, Step, allowance_of, runs_always};
use crate::seed::demo::content::{Content, End, Person, Speaker, Story};
use crate::seed::demo::fill::{Filler, spoken};
use crate::seed::random::Random;
use shared::ticket::{Channel, HoldReason, ResolutionCode, TicketKind};
use shared::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

const DAY: i64 = 86_400;

/// Writes one ticket after the other.
pub(super) struct Script<'a> {
    content: &'a Content,
    cast: &'a Cast<'a>,
    time: &'a Timetable,
    random: Random,
    /// When it is told, as far as texts speak of days; each ticket's own time without.
    told: Option<Timestamp>,
    tickets: Vec<(Timestamp, PlannedTicket)>,
    steps: Vec<Step>,
    /// Titles so far, so that none repeats where it need not.
    titles: BTreeSet<String>,
    /// Requesters by story.
    tellers: BTreeMap<String, Vec<String>>,
    /// Index and arrival of earlier tickets by story.
    earlier: BTreeMap<String, Vec<(usize, Timestamp)>>,
}

/// What changes while one ticket is written.
struct Page<'a> {
    index: usize,
    at: Timestamp,
    round_the_clock: bool,
    requester: &'a Person,
    agent: &'a Person,
    /// Whether somebody has it, and works on it.
    taken: bool,
    held: Option<HoldReason>,
    /// How much slower than usual the agents are.
    slowness: f64,
}

impl<'a> Script<'a> {
    pub(super) fn new(
        content: &'a Content,
        cast: &'a Cast<'a>,
        time: &'a Timetable,
        random: Random,
        told: Option<Timestamp>,
    ) -> Self {
        Self {
            content,
            cast,
            time,
            random,
            told,
            tickets: Vec::new(),
            steps: Vec::new(),
            titles: BTreeSet::new(),
            tellers: BTreeMap::new(),
            earlier: BTreeMap::new(),
        }
    }

    /// The plan up to an instant, or all of it; tickets are numbered by their report.
    pub(super) fn finish(mut self, until: Option<Timestamp>) -> Plan {
        self.steps
            .retain(|step| until.is_none_or(|until| step.at <= until));
        let mut order: Vec<usize> = (0..self.tickets.len()).collect();
        order.sort_by_key(|index| (self.tickets[*index].0, *index));
        let mut place = vec![0; order.len()];
        for (new, old) in order.iter().enumerate() {
            place[*old] = new;
        }
        for step in &mut self.steps {
            step.ticket = place[step.ticket];
            if let Act::Relate(other) = &mut step.act {
                *other = place[*other];
            }
        }
        // Stable: steps of one ticket at one instant stay in their order.
        self.steps.sort_by_key(|step| step.at);
        let mut tickets: Vec<Option<PlannedTicket>> =
            self.tickets.into_iter().map(|(_, t)| Some(t)).collect();
        Plan {
            tickets: order
                .iter()
                .filter_map(|old| tickets[*old].take())
                .collect(),
            steps: self.steps,
        }
    }

    /// Writes one ticket.
    pub(super) fn write(&mut self, story: &'a Story, place: Place) -> Result<(), PlanError> {
        let (department, team) = self
            .content
            .route(&story.category)
            .ok_or_else(|| PlanError::Unknown(story.category.clone()))?;
        let always = runs_always(self.content, story);
        let told = self.tellers.entry(story.key.clone()).or_default();
        let opening = place == Place::Opening;
        let requester = if opening {
            self.cast.person(OPENING.1)?
        } else {
            self.cast
                .requester(story, department, told, &mut self.random)?
        };
        told.push(requester.key.clone());
        let arrival = self.arrival(story, place, &requester.site, always)?;
        let wanted = Wanted {
            team,
            department,
            site: &requester.site,
            other: &requester.key,
            at: arrival,
        };
        let agent = if opening {
            self.cast.person(OPENING.2)?
        } else {
            self.cast.agent(&wanted, self.time, &mut self.random)?
        };
        let mut filler = self.filler(requester, agent, arrival)?;
        let ticket = self.report(story, department, requester, &mut filler)?;
        let index = self.tickets.len();
        let recorded = matches!(ticket.channel, Channel::Phone | Channel::WalkUp);
        let channel = ticket.channel;
        self.tickets.push((arrival, ticket));
        let late = place == Place::History && self.random.chance(0.09);
        let mut page = Page {
            index,
            at: arrival,
            round_the_clock: always || opening,
            requester,
            agent,
            taken: false,
            held: None,
            slowness: if late { 6.0 } else { 1.0 },
        };
        let opener = if recorded { agent } else { requester };
        self.step(&page, opener, Act::Open);
        if matches!(place, Place::AnswerDue(_)) {
            return Ok(());
        }
        self.relate(story, &page, agent);
        if channel == Channel::Portal && self.random.chance(0.08) {
            let friend = self.cast.colleague(requester, &agent.key, &mut self.random);
            page.at = page.at.plus_seconds(90);
            self.step(&page, requester, Act::Share(friend.key.clone()));
        }
        let said = self.talk(story, place, &mut page, team, department, &mut filler)?;
        if said {
            self.end(story, place, &mut page, &mut filler)?;
        }
        Ok(())
    }

    fn step(&mut self, page: &Page<'_>, actor: &Person, act: Act) {
        self.steps.push(Step {
            at: page.at,
            ticket: page.index,
            actor: actor.key.clone(),
            act,
        });
    }

    fn arrival(
        &mut self,
        story: &Story,
        place: Place,
        site: &str,
        always: bool,
    ) -> Result<Timestamp, PlanError> {
        let now = self.time.now;
        let (answer, solution) = allowance_of(self.content, story);
        let spoken: i64 = story.talk.iter().map(|m| i64::from(m.after)).sum();
        match place {
            Place::Opening => Ok(now.plus_seconds(-95 * 60)),
            Place::AnswerDue(minutes) => Ok(now.plus_seconds((minutes - answer) * 60 + 20)),
            Place::SolutionDue(minutes) => Ok(now.plus_seconds((minutes - solution) * 60 + 20)),
            Place::Unfinished => {
                let quiet = self.random.between(20, 500);
                let before = spoken * 11 / 10 + quiet;
                self.time.earlier(site, always, now, before)
            }
            Place::Stalled => {
                let back = self.random.between(60, 1900);
                self.time.earlier(site, false, now, back)
            }
            Place::Fresh => {
                let back = self.random.between(10, 560);
                self.time.earlier(site, false, now, back)
            }
            Place::History => {
                let any_hour = always
                    || matches!(
                        story.channel,
                        Channel::Monitoring | Channel::Email | Channel::Portal
                    );
                let end_of_history = now.plus_seconds(-2 * DAY);
                loop {
                    let at = self.time.arrival(site, any_hour, &mut self.random)?;
                    if at < end_of_history {
                        return Ok(at);
                    }
                }
            }
        }
    }

    fn filler(
        &mut self,
        requester: &'a Person,
        agent: &Person,
        arrival: Timestamp,
    ) -> Result<Filler<'a>, PlanError> {
        let colleague = self.cast.colleague(requester, &agent.key, &mut self.random);
        let manager = match requester.manager.as_deref() {
            Some(key) => self.cast.person(key)?,
            None => colleague,
        };
        let site = self
            .content
            .site(&requester.site)
            .ok_or_else(|| PlanError::Unknown(requester.site.clone()))?;
        let desk = self.cast.at_the_desk(&site.key).unwrap_or(agent);
        let facts = [
            ("requester", requester.name.as_str()),
            ("requester_first", first(&requester.name)),
            ("agent", &agent.name),
            ("agent_first", first(&agent.name)),
            ("manager_first", first(&manager.name)),
            ("colleague", &colleague.name),
            ("colleague_first", first(&colleague.name)),
            ("desk_agent_first", first(&desk.name)),
            ("site", &site.name),
        ];
        let facts = facts
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let local = self.time.local(&site.key, self.told.unwrap_or(arrival))?;
        Ok(Filler::new(
            &self.content.slots,
            &site.key,
            &requester.locale,
            local,
            facts,
        ))
    }

    fn text(
        &mut self,
        story: &str,
        filler: &mut Filler<'_>,
        text: &str,
    ) -> Result<String, PlanError> {
        filler
            .fill(text, &mut self.random)
            .map_err(|source| PlanError::Slot {
                story: story.to_owned(),
                source,
            })
    }

    fn report(
        &mut self,
        story: &Story,
        department: &str,
        requester: &Person,
        filler: &mut Filler<'_>,
    ) -> Result<PlannedTicket, PlanError> {
        let mut titles: Vec<&str> = story
            .titles
            .iter()
            .filter_map(|title| spoken(title, &requester.locale))
            .collect();
        self.random.shuffle(&mut titles);
        let mut title = String::new();
        for candidate in titles {
            title = self.text(&story.key, filler, candidate)?;
            if self.titles.insert(title.clone()) {
                break;
            }
        }
        let description = match story.talk.first() {
            Some(message) => self.text(&story.key, filler, &message.text)?,
            None => String::new(),
        };
        let item = match &story.item {
            Some(item) => {
                let mut answers = Vec::with_capacity(story.answers.len());
                for (key, answer) in &story.answers {
                    answers.push((key.clone(), self.text(&story.key, filler, answer)?));
                }
                Some((item.clone(), answers))
            }
            None => None,
        };
        Ok(PlannedTicket {
            story: story.key.clone(),
            title,
            description,
            kind: story.kind,
            department: department.to_owned(),
            category: story.category.clone(),
            service: story.service.clone(),
            item,
            impact: story.impact,
            urgency: story.urgency,
            channel: story.channel,
            requester: requester.key.clone(),
        })
    }

    /// Says that this is like another one of the last days.
    fn relate(&mut self, story: &Story, page: &Page<'_>, agent: &Person) {
        let told = self.earlier.entry(story.key.clone()).or_default();
        let near = told
            .iter()
            .find(|(_, at)| *at < page.at && page.at.seconds_since(*at) < 12 * DAY)
            .copied();
        told.push((page.index, page.at));
        if let (Some((other, _)), TicketKind::Incident) = (near, story.kind) {
            self.steps.push(Step {
                at: page.at.plus_seconds(35 * 60),
                ticket: page.index,
                actor: agent.key.clone(),
                act: Act::Relate(other),
            });
        }
    }

    /// Everything said after the report. False when the story stops half way.
    fn talk(
        &mut self,
        story: &'a Story,
        place: Place,
        page: &mut Page<'a>,
        team: &str,
        department: &str,
        filler: &mut Filler<'_>,
    ) -> Result<bool, PlanError> {
        let waits_at = story.talk.iter().position(|m| m.hold.is_some());
        let stops_after = match (place, waits_at) {
            // The answer, after a note.
            (Place::Opening, _) => 2,
            (Place::Stalled, Some(hold)) if self.random.chance(0.7) => hold,
            (Place::Stalled, _) => self.random.below(story.talk.len()),
            _ => story.talk.len(),
        };
        if stops_after == 0 && self.random.chance(0.5) {
            // Nobody has even taken it.
            return Ok(false);
        }
        if stops_after == 0 {
            self.take(page, department)?;
        }
        for (number, message) in story.talk.iter().enumerate().skip(1) {
            if number > stops_after {
                return Ok(false);
            }
            let speaker = match message.by {
                Speaker::Requester => page.requester,
                Speaker::Agent | Speaker::Note => page.agent,
            };
            let factor = match message.by {
                Speaker::Requester => 0.6 + self.random.fraction(),
                _ => (0.5 + self.random.fraction()) * page.slowness,
            };
            self.pass(page, speaker, f64::from(message.after) * factor)?;
            let text = self.text(&story.key, filler, &message.text)?;
            match message.by {
                Speaker::Requester => {
                    self.step(page, page.requester, Act::Reply(text));
                    if page.held == Some(HoldReason::WaitingForRequester) {
                        page.held = None;
                    }
                }
                Speaker::Note => {
                    self.take(page, department)?;
                    self.step(page, page.agent, Act::Note(text));
                }
                Speaker::Agent => {
                    self.take(page, department)?;
                    if page.held.take().is_some() {
                        self.step(page, page.agent, Act::Resume);
                        page.at = page.at.plus_seconds(40);
                    }
                    self.step(page, page.agent, Act::Reply(text));
                }
            }
            if let Some(reason) = message.hold {
                page.at = page.at.plus_seconds(20);
                self.hold(page, reason, 0);
            }
            self.hand_over(place, page, team, department, filler)?;
        }
        Ok(stops_after >= story.talk.len())
    }

    /// Lets working minutes of that person pass.
    fn pass(
        &mut self,
        page: &mut Page<'a>,
        person: &Person,
        minutes: f64,
    ) -> Result<(), PlanError> {
        let minutes = minutes.round().max(1.0) as i64;
        // Nobody stays up for what takes hours.
        let at_any_hour = page.round_the_clock && minutes <= 90;
        page.at = self
            .time
            .later(&person.site, at_any_hour, page.at, minutes)?
            .plus_seconds(self.random.between(1, 58));
        Ok(())
    }

    /// Somebody takes it and begins, at the latest just before they write.
    fn take(&mut self, page: &mut Page<'a>, department: &str) -> Result<(), PlanError> {
        if page.taken {
            return Ok(());
        }
        page.taken = true;
        let lead = self.cast.lead(department)?;
        let by_lead = lead.key != page.agent.key
            && !page.round_the_clock
            && self.random.chance(0.25)
            && self.time.is_open(&lead.site, page.at)?;
        let by = if by_lead { lead } else { page.agent };
        self.step(page, by, Act::Assign(page.agent.key.clone()));
        page.at = page.at.plus_seconds(self.random.between(20, 240));
        self.step(page, page.agent, Act::Start);
        page.at = page.at.plus_seconds(self.random.between(20, 240));
        if self.tickets[page.index].1.item.is_some() {
            self.step(page, page.agent, Act::Name);
            page.at = page.at.plus_seconds(self.random.between(20, 90));
        }
        Ok(())
    }

    fn hold(&mut self, page: &mut Page<'a>, reason: HoldReason, wake_days: i64) {
        let wait = match reason {
            _ if wake_days > 0 => wake_days,
            HoldReason::WaitingForRequester => 5,
            _ => 9,
        };
        // If nothing more happens before the present, it must not have woken up yet.
        let latest = self
            .time
            .now
            .plus_seconds(self.random.between(6, 80) * 3600);
        let wake_up_at = page.at.plus_seconds(wait * DAY).max(latest);
        self.step(page, page.agent, Act::Hold(reason, wake_up_at));
        page.held = Some(reason);
    }

    /// Now and then somebody else of the team goes on.
    fn hand_over(
        &mut self,
        place: Place,
        page: &mut Page<'a>,
        team: &str,
        department: &str,
        filler: &mut Filler<'_>,
    ) -> Result<(), PlanError> {
        if !page.taken
            || page.held.is_some()
            || place == Place::Opening
            || self.cast.others(team, &page.agent.key) == 0
            || !self.random.chance(0.05)
        {
            return Ok(());
        }
        let wanted = Wanted {
            team,
            department,
            site: &page.requester.site,
            other: &page.agent.key,
            at: page.at,
        };
        let next = self.cast.agent(&wanted, self.time, &mut self.random)?;
        if next.key == page.requester.key {
            return Ok(());
        }
        page.at = page.at.plus_seconds(self.random.between(60, 900));
        self.step(page, page.agent, Act::Assign(next.key.clone()));
        page.agent = next;
        filler.set("agent", &next.name);
        filler.set("agent_first", first(&next.name));
        Ok(())
    }

    fn end(
        &mut self,
        story: &'a Story,
        place: Place,
        page: &mut Page<'a>,
        filler: &mut Filler<'_>,
    ) -> Result<(), PlanError> {
        if matches!(place, Place::SolutionDue(_)) {
            return Ok(());
        }
        match &story.end {
            End::Open => {}
            End::Hold { reason, wake_days } => {
                if page.held.is_none() && page.taken {
                    page.at = page.at.plus_seconds(180);
                    self.hold(page, *reason, i64::from(*wake_days));
                }
            }
            End::Cancelled { after } => {
                self.pass(page, page.agent, f64::from(*after))?;
                self.step(page, page.agent, Act::Cancel);
            }
            End::Resolved {
                after,
                code,
                text,
                confirm,
            } => {
                let factor = (0.5 + self.random.fraction()) * page.slowness;
                self.pass(page, page.agent, f64::from(*after) * factor)?;
                let text = self.text(&story.key, filler, text)?;
                self.step(page, page.agent, Act::Resolve(*code, text));
                let incident = story.kind == TicketKind::Incident;
                if incident && *code == ResolutionCode::Solved && self.random.chance(0.1) {
                    self.come_back(story, page, filler)?;
                }
                if *confirm && self.random.chance(0.6) {
                    let resolved = page.at;
                    let minutes = self.random.between(5, 700) as f64;
                    self.pass(page, page.requester, minutes)?;
                    // After five days it closes by itself.
                    if page.at.seconds_since(resolved) < 5 * DAY - 3600 {
                        self.step(page, page.requester, Act::Confirm);
                    }
                }
            }
        }
        Ok(())
    }

    /// It was not solved after all.
    fn come_back(
        &mut self,
        story: &Story,
        page: &mut Page<'a>,
        filler: &mut Filler<'_>,
    ) -> Result<(), PlanError> {
        let content = self.content;
        let Some(comeback) = self.random.pick(&content.comebacks) else {
            return Ok(());
        };
        let minutes = self.random.between(200, 1100) as f64;
        self.pass(page, page.requester, minutes)?;
        let text = self.text(&story.key, filler, &comeback.requester)?;
        self.step(page, page.requester, Act::Reopen(text));
        let minutes = self.random.between(15, 90) as f64;
        self.pass(page, page.agent, minutes)?;
        let text = self.text(&story.key, filler, &comeback.agent)?;
        self.step(page, page.agent, Act::Reply(text));
        let minutes = self.random.between(120, 600) as f64;
        self.pass(page, page.agent, minutes)?;
        let text = self.text(&story.key, filler, &comeback.resolution)?;
        self.step(page, page.agent, Act::Resolve(ResolutionCode::Solved, text));
        Ok(())
    }
}

fn first(name: &str) -> &str {
    name.split(' ').next().unwrap_or(name)
}
