//! Searching.

use super::at_hand;
use super::context::{acting, app};
use super::error::top_level;
use super::id::id;
use super::page::{PageInfo, TotalCount};
use super::straight::Straight;
use super::ticket::Listed;
use crate::desk::search::{self, Found, Hit, Place, Request};
use crate::platform::search::snippet::Segment;
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use shared::time::Timestamp;

/// Where a hit was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Place")]
pub enum SearchPlace {
    /// Its reference is what was typed, or begins like it.
    Reference,
    /// In the title alone.
    Title,
    /// In the description.
    Description,
    /// In what was said when it was resolved.
    Resolution,
    /// In a public message.
    Message,
    /// In an internal note; for those who read notes.
    Note,
    /// In the name of a file.
    File,
}

/// A stretch of a text, without marks of emphasis.
#[derive(SimpleObject)]
pub struct SearchSegment {
    /// The stretch.
    text: String,
    /// Whether it is what was asked for.
    found: bool,
}

impl From<&Segment> for SearchSegment {
    fn from(segment: &Segment) -> Self {
        Self {
            text: segment.text.clone(),
            found: segment.found,
        }
    }
}

/// A ticket that was found.
pub struct SearchHit(Hit);

/// A ticket that was found.
#[Object]
impl SearchHit {
    /// The ticket.
    async fn ticket(&self) -> Listed {
        (&self.0.ticket).into()
    }
    /// Its title, with what was found in it.
    async fn title(&self) -> Vec<Straight<SearchSegment>> {
        segments(&self.0.title)
    }
    /// Where most of it was found.
    async fn place(&self) -> SearchPlace {
        self.0.place.into()
    }
    /// The message or note that it was found in, or whose file it was.
    async fn message(&self) -> Option<ID> {
        self.0.message.map(id)
    }
    /// When that was written.
    async fn written_at(&self) -> Option<Timestamp> {
        self.0.written_at
    }
    /// A piece of that, with what was found in it; plain text, without line breaks.
    async fn snippet(&self) -> Vec<Straight<SearchSegment>> {
        segments(&self.0.snippet)
    }
}

fn segments(all: &[Segment]) -> Vec<Straight<SearchSegment>> {
    all.iter().map(|segment| Straight(segment.into())).collect()
}

/// A page of hits.
pub struct SearchConnection {
    found: Found,
    after: bool,
}

/// A page of hits.
#[Object]
impl SearchConnection {
    /// In their order: what was typed as a reference, then open tickets before others, of both those with
    /// all of it in their title first, of these the one that changed last. A page may have fewer than
    /// were asked for, and others may follow.
    async fn nodes(&self) -> Vec<SearchHit> {
        self.found.hits.iter().cloned().map(SearchHit).collect()
    }
    /// Whether there is more; at most 200 hits can be reached.
    async fn page_info(&self) -> PageInfo {
        let hits = &self.found.hits;
        PageInfo::forward(
            self.found.has_next,
            self.after,
            hits.first().map(|hit| hit.cursor.clone()),
            self.found.end.clone(),
        )
    }
    /// How many in all; exact up to 200.
    async fn total_count(&self) -> TotalCount {
        self.found.total.into()
    }
}

/// What can be searched.
#[derive(Default)]
pub struct SearchQuery;

#[Object]
impl SearchQuery {
    /// Visible tickets by the words of their title, description, messages and names of files, or by
    /// their reference. All words occur, the last one as a beginning unless a space follows; "words in
    /// quotation marks" follow one another; what has a minus in front does not occur. Case and accents
    /// make no difference. What was written a moment ago may be missing.
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most 200 characters.")] text: String,
        #[graphql(desc = "Open tickets alone.")] only_open: Option<bool>,
        #[graphql(desc = "Asked by me, for me, or watched by me.")] mine: Option<bool>,
        #[graphql(desc = "20 unless asked, at most 50.")] first: Option<i32>,
        after: Option<String>,
    ) -> Result<SearchConnection> {
        let acting = acting(ctx)?;
        let request = Request {
            text,
            only_open: only_open.unwrap_or(false),
            mine: mine.unwrap_or(false),
            first,
            after,
        };
        let paged = request.after.is_some();
        let work = async {
            let db = app(ctx)?.platform.db.clone();
            search::find(db.reader(), acting, &request).await
        };
        let found = work.await.map_err(|error| top_level(ctx, error))?;
        let tickets: Vec<_> = found.hits.iter().map(|hit| hit.ticket.clone()).collect();
        let nodes = [ctx.look_ahead().field("nodes").field("ticket")];
        at_hand::gather(ctx, &nodes, &tickets).await?;
        Ok(SearchConnection {
            found,
            after: paged,
        })
    }
}
