//! One batch of lines: matched, made or changed by the domain's rules, each in an attempt of its own.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
};

use db::{DbError, Query as _, Stmt, Tx};
use http_api::Problem;
use kernel::Uuid;
use serde_json::{Value, json};

use crate::{
    imports::{
        model::{OnMatch, OnMissing},
        plan::{Meanings, Parsed, Plan, Planned, Said, before, body},
    },
    lists::{self, Hit, List, ListKey, Numbers, Row, Written, find, put_away, update, with_ids},
    store::imports as store,
    values::{Reason, Reasons, explained},
};

/// What a batch came to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Account {
    pub created: i64,
    pub updated: i64,
    pub skipped: i64,
    pub rejects: Vec<(i64, Reasons)>,
    /// What was written, for taking it back.
    pub kept: Vec<Kept>,
    /// Names that mean a record now that was made on the way.
    pub made: Vec<((usize, String), Value)>,
    /// Values that no further line may have, and keys that lines made records of.
    pub seen: Seen,
}

/// What lines of a try said so far: nothing of it is in the database.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    pub keys: HashSet<String>,
    pub unique: HashSet<(String, String)>,
}

/// A record that was written.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub line: i64,
    pub written: Written,
    pub is_new: bool,
    pub before: Value,
}

/// Why a batch was not committed.
#[derive(Debug)]
pub(crate) enum Halt {
    /// So many more numbers of a series are needed.
    Numbers(String, usize),
    /// It was only a try.
    Tried(Box<Account>),
    /// Somebody else has the import in hand, or it was cancelled.
    Lost,
    Problem(Box<Problem>),
    Db(DbError),
}

impl From<DbError> for Halt {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl From<Problem> for Halt {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

/// The lines of a batch with all that is known about them.
#[derive(Debug, Clone)]
pub(crate) struct Batch {
    pub plan: Arc<Plan>,
    pub lines: Vec<Parsed>,
    pub meanings: Meanings,
    pub numbers: Vec<Numbers>,
    /// What earlier lines of a try said; none when records are written.
    pub seen: Option<Seen>,
}

struct Hand<'t, 'c> {
    tx: &'t mut Tx<'c>,
    plan: Arc<Plan>,
    meanings: Meanings,
    numbers: VecDeque<Numbers>,
    hits: HashMap<String, Vec<Hit>>,
    account: Account,
    is_try: bool,
    /// How many lines may need a number of a series.
    series: HashMap<String, usize>,
}

/// Writes the lines; the account of them is not committed yet.
pub(crate) async fn write(tx: &mut Tx<'_>, batch: Batch) -> Result<Account, Halt> {
    tx.execute(store::take_turns(tx.cx(), &batch.plan.list.key.as_text())).await?;
    let mut hits = HashMap::new();
    if let Some(position) = batch.plan.key {
        let keys: Vec<_> = batch.lines.iter().filter_map(|line| line.key.clone()).collect();
        hits = find(tx, &batch.plan.list, &batch.plan.columns[position].column, &keys).await?;
    }
    let is_try = batch.seen.is_some();
    let account = Account { seen: batch.seen.unwrap_or_default(), ..Account::default() };
    let mut series: HashMap<String, usize> = HashMap::new();
    for line in batch.lines.iter().filter(|line| line.reasons.is_empty()) {
        let is_known = line.key.as_ref().is_some_and(|key| hits.contains_key(&key.text));
        *series.entry(batch.plan.series(line).to_owned()).or_default() += usize::from(!is_known);
    }
    let mut hand = Hand {
        tx,
        plan: Arc::clone(&batch.plan),
        meanings: batch.meanings,
        numbers: batch.numbers.into(),
        hits,
        account,
        is_try,
        series,
    };
    for line in &batch.lines {
        hand.line(line).await?;
    }
    Ok(hand.account)
}

/// What came of a line that was not rejected.
enum Came {
    Created(Written),
    Updated(Written, Value),
    Skipped,
}

impl Hand<'_, '_> {
    async fn line(&mut self, line: &Parsed) -> Result<(), Halt> {
        let outcome = if line.reasons.is_empty() { self.take(line).await? } else { Err(self.all_wrong(line)) };
        match outcome {
            Ok(Came::Created(written)) => {
                self.account.created += 1;
                self.keep(line.line, written, true, json!({}));
                if let Some(key) = &line.key {
                    let hit = Hit { id: written.id, version: written.version, is_archived: false, row: Row::new() };
                    self.hits.insert(key.text.clone(), vec![hit]);
                }
            }
            Ok(Came::Updated(written, before)) => {
                self.account.updated += 1;
                self.keep(line.line, written, false, before);
                if let Some(key) = &line.key {
                    let hit = Hit { id: written.id, version: written.version, is_archived: false, row: Row::new() };
                    self.hits.insert(key.text.clone(), vec![hit]);
                }
            }
            Ok(Came::Skipped) => self.account.skipped += 1,
            Err(reasons) => self.account.rejects.push((line.line, reasons)),
        }
        Ok(())
    }

    /// What is wrong with a line of which some cells cannot be read: the others may name what is not there.
    fn all_wrong(&self, line: &Parsed) -> Reasons {
        let mut reasons = line.reasons.clone();
        for (position, said) in &line.said {
            let (planned, Said::Names(names)) = (&self.plan.columns[*position], said) else { continue };
            for name in names {
                if let Some(Err(reason)) = self.meanings.get(&(*position, name.clone()))
                    && (reason.code != "not_found" || planned.makes().is_none())
                {
                    reasons.push(reason.clone().at(planned.index, name.clone()));
                }
            }
        }
        reasons
    }

    fn keep(&mut self, line: i64, written: Written, is_new: bool, before: Value) {
        self.account.kept.push(Kept { line, written, is_new, before });
    }

    async fn take(&mut self, line: &Parsed) -> Result<Result<Came, Reasons>, Halt> {
        let found = match self.matched(line).await? {
            Ok(found) => found,
            Err(reasons) => return Ok(Err(reasons)),
        };
        let (on_match, on_missing) = (self.plan.on_match, self.plan.on_missing);
        if self.is_try
            && found.is_none()
            && let Some(key) = &line.key
            && self.account.seen.keys.contains(&key.text)
        {
            // A line before made this record, in a batch that was not kept.
            return Ok(Ok(match on_match {
                OnMatch::Skip => Came::Skipped,
                OnMatch::Update => Came::Updated(Written { id: Uuid::nil(), version: 0 }, json!({})),
            }));
        }
        match (&found, on_match, on_missing) {
            (Some(_), OnMatch::Skip, _) | (None, _, OnMissing::Skip) if self.plan.key.is_some() => {
                return Ok(Ok(Came::Skipped));
            }
            _ => {}
        }
        let said = match self.said(line, found.as_ref()).await? {
            Ok(said) => said,
            Err(reasons) => return Ok(Err(reasons)),
        };
        match found {
            Some(hit) => self.change(line, hit, said).await,
            None => self.make(line, said).await,
        }
    }

    /// The record that a line names, with what it says.
    async fn matched(&mut self, line: &Parsed) -> Result<Result<Option<Hit>, Reasons>, Halt> {
        let Some(position) = self.plan.key else { return Ok(Ok(None)) };
        let Some(key) = &line.key else {
            let said = line.said.iter().any(|(known, _)| *known == position);
            if !said && self.plan.on_missing == OnMissing::Create && !self.plan.columns[position].column.required {
                return Ok(Ok(None));
            }
            let reason = Reason::new("no_key", "The cell by which the record is recognised is empty.");
            return Ok(Err(vec![reason.at(self.plan.columns[position].index, "")]));
        };
        let found = self.hits.get(&key.text).cloned().unwrap_or_default();
        let in_use: Vec<&Hit> = found.iter().filter(|hit| !hit.is_archived).collect();
        let hit = match (in_use.as_slice(), found.as_slice()) {
            ([hit], _) => (*hit).clone(),
            ([], []) => return Ok(Ok(None)),
            ([], [hit]) => hit.clone(),
            _ => {
                let reason =
                    Reason::new("ambiguous", "Several records have this value; recognise them by another field.");
                return Ok(Err(vec![reason.at(self.plan.columns[position].index, key.text.clone())]));
            }
        };
        if hit.row.is_empty() {
            let fresh = with_ids(self.tx, &self.plan.list, &[hit.id]).await?;
            return Ok(Ok(fresh.into_values().next()));
        }
        Ok(Ok(Some(hit)))
    }

    /// The values of a line, with names understood.
    async fn said(&mut self, line: &Parsed, found: Option<&Hit>) -> Result<Result<Vec<(usize, Value)>, Reasons>, Halt> {
        let plan = Arc::clone(&self.plan);
        let (mut values, mut reasons) = (Vec::new(), Vec::new());
        for (position, said) in &line.said {
            let planned = &plan.columns[*position];
            let names = match said {
                Said::Value(value) => {
                    values.push((*position, value.clone()));
                    continue;
                }
                Said::Names(names) => names,
            };
            if planned.is_site() {
                continue;
            }
            let mut ids = Vec::new();
            for name in names {
                match self.meaning(*position, planned, name, line.line).await? {
                    Ok(id) => ids.push(id),
                    Err(reason) => reasons.push(reason.at(planned.index, name.clone())),
                }
            }
            let value = if planned.is_many() { Value::Array(ids) } else { ids.pop().unwrap_or_default() };
            values.push((*position, value));
        }
        for (position, said) in &line.said {
            let (planned, Said::Names(names)) = (&plan.columns[*position], said) else { continue };
            if planned.is_site() {
                let name = names.join(" ");
                match self.site(&plan, &values, found, &name).await? {
                    Ok(id) => values.push((*position, id)),
                    Err(reason) => reasons.push(reason.at(planned.index, name)),
                }
            }
        }
        Ok(if reasons.is_empty() { Ok(values) } else { Err(reasons) })
    }

    /// What a name means; a record that is missing is made where that was asked for.
    async fn meaning(
        &mut self,
        position: usize,
        planned: &Planned,
        name: &str,
        line: i64,
    ) -> Result<Result<Value, Reason>, Halt> {
        let key = (position, name.to_owned());
        let known = self.meanings.get(&key).cloned();
        let known = known.unwrap_or_else(|| Err(Reason::new("not_found", "There is no such record.")));
        let (Err(reason), Some(list)) = (&known, planned.makes()) else { return Ok(known) };
        if reason.code != "not_found" {
            return Ok(known);
        }
        let list = list.clone();
        let row: Row = match list.key {
            ListKey::Customers => [("name".to_owned(), json!(name))].into_iter().collect(),
            _ => [("code".to_owned(), json!(name)), ("name".to_owned(), json!(name))].into_iter().collect(),
        };
        let made = self.attempt(&list, row, Numbers::default()).await?;
        match made {
            Ok(written) => {
                let id = json!(written.id);
                // Lines are positive; what was made on the way stands below zero, and is taken back after them.
                let below = -(line * 1_000 + position as i64);
                self.keep(below, written, true, json!({ "list": list.key.as_text() }));
                self.meanings.insert(key.clone(), Ok(id.clone()));
                self.account.made.push((key, id.clone()));
                Ok(Ok(id))
            }
            Err(problem) => Ok(Err(explained(&problem, |_| None).swap_remove(0))),
        }
    }

    async fn site(
        &mut self,
        plan: &Plan,
        values: &[(usize, Value)],
        found: Option<&Hit>,
        name: &str,
    ) -> Result<Result<Value, Reason>, Halt> {
        let said = values.iter().find(|(position, _)| plan.columns[*position].column.id == "customer_id");
        let customer = said.map(|(_, value)| value).or_else(|| found.and_then(|hit| hit.row.get("customer_id")));
        let Some(customer) = customer.and_then(Value::as_str).and_then(|text| text.parse::<Uuid>().ok()) else {
            return Ok(Err(Reason::new("needs_customer", "Name the customer too, so that the site can be found.")));
        };
        let sites = customers::sites(self.tx, customer).await?;
        let site = sites.iter().find(|site| site.name == name);
        Ok(site.map(|site| json!(site.id)).ok_or_else(|| Reason::new("not_found", "The customer has no such site.")))
    }

    /// Makes a record; what it did is undone when it fails.
    async fn attempt(&mut self, list: &List, row: Row, numbers: Numbers) -> Result<Result<Written, Problem>, Halt> {
        let key = list.key.clone();
        let outcome = self.tx.attempt(async move |tx: &mut Tx<'_>| lists::create(tx, &key, row, numbers).await).await?;
        told(outcome)
    }

    async fn make(&mut self, line: &Parsed, said: Vec<(usize, Value)>) -> Result<Result<Came, Reasons>, Halt> {
        let plan = Arc::clone(&self.plan);
        if !plan.list.abilities.create {
            return Ok(Err(vec![Reason::new("forbidden", "You may not add records to this list.")]));
        }
        if let Err(reasons) = self.unseen(line, &said) {
            return Ok(Err(reasons));
        }
        let pairs: Vec<_> = said
            .into_iter()
            .map(|(position, value)| (&plan.columns[position].column, value))
            .filter(|(column, _)| column.creates)
            .collect();
        let numbers = if self.is_try { Numbers::placeholder(self.tx.cx()) } else { self.number(plan.series(line))? };
        match self.attempt(&plan.list, body(&pairs, None), numbers).await? {
            Ok(written) => {
                if self.is_try
                    && let Some(key) = &line.key
                {
                    self.account.seen.keys.insert(key.text.clone());
                }
                Ok(Ok(Came::Created(written)))
            }
            Err(problem) => Ok(Err(explained(&problem, |pointer| plan.pointed(pointer, line)))),
        }
    }

    /// The next number of a series.
    fn number(&mut self, series: &str) -> Result<Numbers, Halt> {
        let next = self.numbers.iter().position(|numbers| numbers.series == series);
        next.and_then(|next| self.numbers.remove(next)).ok_or_else(|| {
            let lines = self.series.get(series).copied().unwrap_or_default();
            Halt::Numbers(series.to_owned(), lines.max(1))
        })
    }

    /// In a try nothing stays, so what must be unique is remembered here.
    fn unseen(&mut self, line: &Parsed, said: &[(usize, Value)]) -> Result<(), Reasons> {
        if !self.is_try {
            return Ok(());
        }
        let plan = Arc::clone(&self.plan);
        for (position, value) in said {
            let planned = &plan.columns[*position];
            if !planned.column.unique || plan.key == Some(*position) {
                continue;
            }
            let text = match value {
                Value::String(text) => objects::folded_code(text),
                other => other.to_string(),
            };
            if !self.account.seen.unique.insert((planned.column.id.clone(), text.clone())) {
                let reason = Reason::new("repeated", "A line before has the same; it must be unique.");
                return Err(vec![reason.at(planned.index, text)]);
            }
        }
        let _ = line;
        Ok(())
    }

    async fn change(
        &mut self,
        line: &Parsed,
        hit: Hit,
        said: Vec<(usize, Value)>,
    ) -> Result<Result<Came, Reasons>, Halt> {
        let plan = Arc::clone(&self.plan);
        if !plan.list.abilities.update {
            return Ok(Err(vec![Reason::new("forbidden", "You may not change records of this list.")]));
        }
        let pairs: Vec<_> = said
            .into_iter()
            .map(|(position, value)| (&plan.columns[position].column, value))
            .filter(|(column, value)| column.updates && column.of(&hit.row) != value)
            .collect();
        if pairs.is_empty() && !hit.is_archived {
            return Ok(Ok(Came::Skipped));
        }
        let after = body(&pairs, Some(&hit.row));
        let old = before(&after, &hit.row);
        let key = plan.list.key.clone();
        let (id, version, is_archived) = (hit.id, hit.version, hit.is_archived);
        let outcome = self
            .tx
            .attempt(async move |tx: &mut Tx<'_>| -> Result<Written, Problem> {
                let version = if is_archived { put_away(tx, &key, id, version, false).await?.version } else { version };
                update(tx, &key, id, version, after).await
            })
            .await?;
        match told(outcome)? {
            Ok(written) if written.version == hit.version => Ok(Ok(Came::Skipped)),
            Ok(written) => Ok(Ok(Came::Updated(written, json!({ "archived": is_archived, "values": old })))),
            Err(problem) => Ok(Err(explained(&problem, |pointer| plan.pointed(pointer, line)))),
        }
    }
}

/// A refusal is about the line; a failure of ours ends the batch.
fn told<T>(outcome: Result<T, Problem>) -> Result<Result<T, Problem>, Halt> {
    match outcome {
        Err(problem) if problem.status().is_server_error() => Err(problem.into()),
        other => Ok(other),
    }
}

/// What keeps a batch's account, in its own transaction.
pub(crate) fn statements(tx: &Tx<'_>, import: Uuid, account: &Account) -> Vec<Stmt<'static>> {
    let cx = tx.cx();
    let rejects = account.rejects.iter().map(|(line, reasons)| store::reject(cx, import, *line, reasons));
    let kept = account.kept.iter().filter(|kept| !kept.written.id.is_nil());
    rejects.chain(kept.map(|kept| store::keep(cx, import, kept))).collect()
}
