//! The columns of the table: seven as the product's document names them, and some more to choose.

use crate::service::console::Column;

/// One column that can be shown or not. The ticket's is always there: it leads to the details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Requester Name & Email.
    Requester,
    /// Risk level.
    Risk,
    /// Score, 0–100.
    Score,
    /// Status.
    Status,
    /// Request category.
    Category,
    /// Initiated By.
    Agent,
    /// How the link was sent.
    Channel,
    /// From Send to the end.
    Took,
    /// Timestamp.
    Time,
    /// Id of the verification.
    Id,
}

impl Field {
    /// Every field, in the order of the table.
    pub const ALL: [Self; 10] = [
        Self::Requester,
        Self::Risk,
        Self::Score,
        Self::Status,
        Self::Category,
        Self::Agent,
        Self::Channel,
        Self::Took,
        Self::Time,
        Self::Id,
    ];

    /// The word in addresses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Requester => "requester",
            Self::Risk => "risk",
            Self::Score => "score",
            Self::Status => "status",
            Self::Category => "category",
            Self::Agent => "agent",
            Self::Channel => "channel",
            Self::Took => "took",
            Self::Time => "time",
            Self::Id => "id",
        }
    }

    /// The head of the column.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Requester => "Requester Name & Email",
            Self::Risk => "Risk level",
            Self::Score => "Score",
            Self::Status => "Verification Status",
            Self::Category => "Request category",
            Self::Agent => "Initiated By",
            Self::Channel => "Channel",
            Self::Took => "Took",
            Self::Time => "Timestamp",
            Self::Id => "Verification ID",
        }
    }

    /// The column that the list can be ordered by, if it can be ordered by this one.
    pub const fn column(self) -> Option<Column> {
        match self {
            Self::Requester => Some(Column::Requester),
            Self::Risk => Some(Column::Risk),
            Self::Status => Some(Column::Status),
            Self::Category => Some(Column::Category),
            Self::Agent => Some(Column::Agent),
            Self::Time => Some(Column::Time),
            Self::Score | Self::Channel | Self::Took | Self::Id => None,
        }
    }

    const fn is_usual(self) -> bool {
        !matches!(self, Self::Score | Self::Channel | Self::Took | Self::Id)
    }
}

/// The fields that are shown, in the order of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown(Vec<Field>);

impl Default for Shown {
    fn default() -> Self {
        Self(Field::ALL.into_iter().filter(|field| field.is_usual()).collect())
    }
}

impl Shown {
    /// The fields of these words.
    pub fn read(words: &[&str]) -> Self {
        let named = |field: &Field| words.contains(&field.word());
        Self(Field::ALL.into_iter().filter(named).collect())
    }

    /// Their words.
    pub fn words(&self) -> Vec<&'static str> {
        self.0.iter().map(|field| field.word()).collect()
    }

    /// The fields.
    pub fn fields(&self) -> &[Field] {
        &self.0
    }

    /// True when this one is shown.
    pub fn has(&self, field: Field) -> bool {
        self.0.contains(&field)
    }
}
