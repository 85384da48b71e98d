//! An invented ServiceNow audit log of any length, the same on every machine.

use std::{
    fs,
    io::{BufWriter, Write},
    path::Path,
};

use anyhow::{Context, Result};

const HEAD: &str = "number,incident_state,active,reassignment_count,reopen_count,sys_mod_count,made_sla,caller_id,opened_by,opened_at,sys_created_by,sys_created_at,sys_updated_by,sys_updated_at,contact_type,location,category,subcategory,u_symptom,cmdb_ci,impact,urgency,priority,assignment_group,assigned_to,knowledge,u_priority_confirmation,notify,problem_id,rfc,vendor,caused_by,closed_code,resolved_by,resolved_at,closed_at";

/// What each incident goes through, with the minutes since the step before.
const STEPS: [(&str, u64); 6] = [
    ("New", 0),
    ("Active", 20),
    ("Awaiting User Info", 90),
    ("Active", 600),
    ("Resolved", 240),
    ("Closed", 7_200),
];

/// Rows of each incident in the log.
pub const ROWS_EACH: usize = STEPS.len();

/// Numbers that look random and are always the same (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

/// Writes a log of so many incidents, opened over a year.
pub fn write(file: &Path, incidents: u64) -> Result<()> {
    let output = fs::File::create(file).with_context(|| format!("creating {}", file.display()))?;
    let mut output = BufWriter::new(output);
    let mut numbers = Numbers(7);
    writeln!(output, "{HEAD}").context("writing the log")?;
    for incident in 0..incidents {
        write_incident(&mut output, &mut numbers, incident, incidents)
            .context("writing the log")?;
    }
    output.flush().context("writing the log")
}

fn write_incident(
    output: &mut impl Write,
    numbers: &mut Numbers,
    incident: u64,
    incidents: u64,
) -> std::io::Result<()> {
    const LEVELS: [&str; 3] = ["1 - High", "2 - Medium", "3 - Low"];
    const PRIORITIES: [&str; 4] = ["1 - Critical", "2 - High", "3 - Moderate", "4 - Low"];
    let opened = incident * 365 * 24 * 60 / incidents;
    let (impact, urgency) = (numbers.below(3), numbers.below(3));
    // The usual matrix: one step down for each level, never below "low".
    let priority = (impact + urgency).min(3);
    let (caller, category, group) = (numbers.below(5_000), numbers.below(60), numbers.below(70));
    let (person, location) = (numbers.below(240), numbers.below(220));
    let made = numbers.below(10) < 7;
    let minutes: Vec<u64> = STEPS
        .iter()
        .scan(opened, |now, (_, after)| {
            *now += after + after * numbers.below(100) / 100;
            Some(*now)
        })
        .collect();
    for (step, (state, _)) in STEPS.iter().enumerate() {
        writeln!(
            output,
            "INC{incident:07},{state},{active},{moved},0,{step},{made},Caller {caller},Opened by {by},{opened_at},Created by {by},{opened_at},Updated by {person},{updated},Phone,Location {location},Category {category},Subcategory {sub},Symptom {symptom},?,{impact},{urgency},{priority},Group {group},Resolver {person},true,false,Do Not Notify,?,?,?,?,code 5,Resolved by {person},{resolved},{closed}",
            active = step + 1 < STEPS.len(),
            moved = usize::from(step > 1),
            by = caller % 40,
            opened_at = local(opened),
            updated = local(minutes[step]),
            sub = category * 3 + caller % 3,
            symptom = caller % 200,
            impact = LEVELS[impact as usize],
            urgency = LEVELS[urgency as usize],
            priority = PRIORITIES[priority as usize],
            resolved = local(minutes[4]),
            closed = local(minutes[5]),
        )?;
    }
    Ok(())
}

/// Minutes since the beginning of 2025 as the log writes an instant: `29/2/2016 01:16`.
fn local(minutes: u64) -> String {
    const DAYS: [u64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let (mut day, minute) = (minutes / 1_440, minutes % 1_440);
    // Neither 2025 nor 2026 is a leap year, and no incident lasts longer.
    let year = 2025 + day / 365;
    day %= 365;
    let mut month = 0;
    while day >= DAYS[month] {
        day -= DAYS[month];
        month += 1;
    }
    format!(
        "{}/{}/{year} {:02}:{:02}",
        day + 1,
        month + 1,
        minute / 60,
        minute % 60
    )
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn minutes_become_the_logs_dates() {
        assert_eq!(local(0), "1/1/2025 00:00");
        assert_eq!(local(59 * 1_440 + 76), "1/3/2025 01:16");
        assert_eq!(local(365 * 1_440 - 1), "31/12/2025 23:59");
        assert_eq!(local(365 * 1_440), "1/1/2026 00:00");
    }
}
