//! Authorization responses.

/// The authorization response, which a test can change before the callback receives it.
#[derive(Clone, Debug)]
pub struct AuthorizationResponse(Vec<(String, String)>);

impl AuthorizationResponse {
    /// Creates a response with these parameters.
    pub fn new(pairs: &[(&str, &str)]) -> Self {
        let pairs = pairs.iter();
        Self(
            pairs
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }

    /// Removes a parameter.
    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|(given, _)| given != name);
        self
    }

    /// Replaces a parameter.
    pub fn with(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    /// Adds a parameter, or duplicates an existing one.
    pub fn and(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Returns a parameter.
    ///
    /// # Panics
    /// If it is missing.
    pub fn get(&self, name: &str) -> &str {
        let pair = self.0.iter().find(|(given, _)| given == name);
        pair.map(|(_, value)| value.as_str()).unwrap()
    }

    /// Returns path and query of the callback.
    pub fn path(&self) -> String {
        self.url("/auth/callback")
    }

    pub fn url(&self, redirect_uri: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.0);
        format!("{redirect_uri}?{}", query.finish())
    }
}
