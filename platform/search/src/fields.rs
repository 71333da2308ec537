//! The fields of a node's index, and how a document becomes one of its rows.

use kernel::{Scope, TenantId, Timestamp};
use tantivy::{
    TantivyDocument, Term,
    schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions},
    tokenizer::{Token, TokenStream, Tokenizer, TokenizerManager},
};
use uuid::Uuid;

use crate::{
    Document,
    sound::{initial_grams, syllables},
    store::entries::Entry,
    text::is_ideographic,
    words::{Placed, codes, fold, lines, long_grams, phone_forms, short_grams, squeezed, words},
};

/// The bit of [`Fields::order`] that puts what is not archived first.
pub(crate) const LIVE: u64 = 1 << 63;
/// Characters of a document's text that a node's index holds.
const INDEXED_TEXT: usize = 10_000;

/// The fields.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    /// Tenant, object and id: what a change replaces.
    pub(crate) key: Field,
    /// The tenant; asked for by every query.
    pub(crate) tenant: Field,
    /// The kind, and the kind with each person, team and region that reaches the row.
    pub(crate) reach: Field,
    /// Whole codes, and the whole title.
    pub(crate) exact: Field,
    /// Words of the title.
    pub(crate) title: Field,
    /// Words of everything, the title included.
    pub(crate) text: Field,
    /// Fours of codes.
    pub(crate) long: Field,
    /// Pairs and triples of codes.
    pub(crate) short: Field,
    /// Initials of names.
    pub(crate) initials: Field,
    /// Initials of the title.
    pub(crate) title_initials: Field,
    /// Syllables of names.
    pub(crate) syllables: Field,
    /// Syllables of the title.
    pub(crate) title_syllables: Field,
}

/// Names of the columns that are read for every hit.
pub(crate) const KIND: &str = "kind";
/// When it changed, and above that whether it is archived.
pub(crate) const ORDER: &str = "order";
/// The upper half of the id.
pub(crate) const ID_HIGH: &str = "id_high";
/// The lower half of the id.
pub(crate) const ID_LOW: &str = "id_low";

/// The structure of the index. Whoever changes it, or how words are cut, counts [`crate::index::FORMAT`] up.
pub(crate) fn schema() -> (Schema, Fields) {
    let text = |cutter: &str, option: IndexRecordOption| {
        let indexing =
            TextFieldIndexing::default().set_tokenizer(cutter).set_fieldnorms(false).set_index_option(option);
        TextOptions::default().set_indexing_options(indexing)
    };
    let mut builder = Schema::builder();
    let fields = Fields {
        key: builder.add_bytes_field("key", INDEXED),
        tenant: builder.add_bytes_field("tenant", INDEXED),
        reach: builder.add_text_field("reach", text("lines", IndexRecordOption::Basic)),
        exact: builder.add_text_field("exact", text("lines", IndexRecordOption::Basic)),
        title: builder.add_text_field("title", text("words", IndexRecordOption::WithFreqsAndPositions)),
        text: builder.add_text_field("text", text("words", IndexRecordOption::WithFreqsAndPositions)),
        long: builder.add_text_field("long", text("long_grams", IndexRecordOption::WithFreqsAndPositions)),
        short: builder.add_text_field("short", text("short_grams", IndexRecordOption::Basic)),
        initials: builder.add_text_field("initials", text("initials", IndexRecordOption::WithFreqsAndPositions)),
        title_initials: builder
            .add_text_field("title_initials", text("initials", IndexRecordOption::WithFreqsAndPositions)),
        syllables: builder.add_text_field("syllables", text("syllables", IndexRecordOption::WithFreqsAndPositions)),
        title_syllables: builder
            .add_text_field("title_syllables", text("syllables", IndexRecordOption::WithFreqsAndPositions)),
    };
    builder.add_text_field(KIND, TextOptions::from(FAST).set_fast("raw"));
    builder.add_u64_field(ORDER, FAST);
    builder.add_u64_field(ID_HIGH, FAST);
    builder.add_u64_field(ID_LOW, FAST);
    (builder.build(), fields)
}

/// Cuts a field's text with one of our own functions.
#[derive(Clone)]
struct Cutter(Cutting);

/// From a text to its words.
type Cutting = fn(&str) -> Vec<Placed>;

/// The words of one text.
struct Cut {
    words: std::vec::IntoIter<Placed>,
    token: Token,
}

impl Tokenizer for Cutter {
    type TokenStream<'a> = Cut;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Cut {
        Cut { words: (self.0)(text).into_iter(), token: Token::default() }
    }
}

impl TokenStream for Cut {
    fn advance(&mut self) -> bool {
        let Some((position, text)) = self.words.next() else { return false };
        self.token.position = position;
        self.token.text = text;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

/// How the fields are cut.
pub(crate) fn cutters() -> TokenizerManager {
    let all: [(&str, Cutting); 6] = [
        ("lines", lines),
        ("words", words),
        ("long_grams", long_grams),
        ("short_grams", short_grams),
        ("initials", initial_grams),
        ("syllables", syllables),
    ];
    let manager = TokenizerManager::default();
    for (name, cut) in all {
        manager.register(name, Cutter(cut));
    }
    manager
}

/// The whole title among the exact words; no code begins like this.
pub(crate) fn whole_title(squeezed: &str) -> String {
    format!("={squeezed}")
}

/// The words by which a row of `kind` is reached with a scope; `Scope::All` is the kind alone.
pub(crate) fn reach_words(kind: &str, scope: Scope, owner: Uuid, teams: &[Uuid], regions: &[Uuid]) -> Vec<String> {
    if scope == Scope::All {
        return vec![kind.to_owned()];
    }
    let mut words = vec![owned_by(kind, owner)];
    if scope >= Scope::Team {
        words.extend(teams.iter().map(|team| of_team(kind, *team)));
    }
    if scope >= Scope::Region {
        words.extend(regions.iter().map(|region| in_region(kind, *region)));
    }
    words
}

fn owned_by(kind: &str, id: Uuid) -> String {
    format!("{kind}/o/{}", id.simple())
}

fn of_team(kind: &str, id: Uuid) -> String {
    format!("{kind}/t/{}", id.simple())
}

fn in_region(kind: &str, id: Uuid) -> String {
    format!("{kind}/r/{}", id.simple())
}

/// All words by which a document is reached.
pub(crate) fn reached(kind: &str, document: &Document) -> Vec<String> {
    let mut words = vec![kind.to_owned()];
    words.extend(document.owners.iter().map(|owner| owned_by(kind, *owner)));
    words.extend(document.team.map(|team| of_team(kind, team)));
    words.extend(document.region.map(|region| in_region(kind, region)));
    words
}

impl Fields {
    /// The row's key as a word.
    pub(crate) fn key_of(&self, entry: &Entry) -> Term {
        Term::from_field_bytes(self.key, &key(entry))
    }

    /// The word that every query asks for.
    pub(crate) fn wall(&self, tenant: TenantId) -> Term {
        Term::from_field_bytes(self.tenant, tenant.0.as_bytes())
    }

    /// The row of an entry; `None` when it is gone.
    pub(crate) fn row(&self, schema: &Schema, entry: &Entry) -> Option<TantivyDocument> {
        let document = entry.document()?;
        let mut row = TantivyDocument::default();
        row.add_bytes(self.key, &key(entry));
        row.add_bytes(self.tenant, entry.tenant_id.as_bytes());
        row.add_text(self.reach, reached(&entry.kind, &document).join("\n"));
        let (names, text) = (document.names.join("\n"), shortened(&document.text));
        let mut exact: Vec<String> = document.codes.iter().map(|code| squeezed(&fold(code))).collect();
        exact.extend(document.phones.iter().flat_map(|phone| phone_forms(phone)));
        exact.push(whole_title(&squeezed(&fold(&document.title))));
        row.add_text(self.exact, exact.join("\n"));
        row.add_text(self.title, &document.title);
        row.add_text(
            self.text,
            format!(
                "{}\n{}\n{}\n{names}\n{text}",
                document.title,
                document.codes.join("\n"),
                document.phones.join("\n")
            ),
        );
        let codes = codes(&document.codes, &document.phones, &[&document.title, &names, text]).join("\n");
        row.add_text(self.short, &codes);
        row.add_text(self.long, &codes);
        let spoken =
            [(&document.title, self.title_initials, self.title_syllables), (&names, self.initials, self.syllables)];
        for (text, initials, syllables) in spoken {
            if text.chars().any(is_ideographic) {
                row.add_text(initials, text);
                row.add_text(syllables, text);
            }
        }
        let (high, low) = entry.object_id.as_u64_pair();
        let column = |name: &str| schema.get_field(name).ok();
        row.add_text(column(KIND)?, &entry.kind);
        row.add_u64(column(ORDER)?, order(entry.updated_at, document.archived));
        row.add_u64(column(ID_HIGH)?, high);
        row.add_u64(column(ID_LOW)?, low);
        Some(row)
    }
}

fn shortened(text: &str) -> &str {
    text.char_indices().nth(INDEXED_TEXT).map_or(text, |(end, _)| &text[..end])
}

fn key(entry: &Entry) -> Vec<u8> {
    [entry.tenant_id.as_bytes(), entry.object.as_bytes(), entry.object_id.as_bytes()].concat()
}

fn order(updated_at: Timestamp, archived: bool) -> u64 {
    let at = u64::try_from(updated_at.0).unwrap_or(0) & !LIVE;
    if archived { at } else { at | LIVE }
}
