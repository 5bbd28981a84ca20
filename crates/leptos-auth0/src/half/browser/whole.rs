//! Type-erased views that need little code.

use leptos::{
    prelude::*,
    tachys::{
        html::attribute::{Attribute, any_attribute::AnyAttribute},
        hydration::Cursor,
        renderer::types::{Element, Node},
        view::{Mountable, Position, PositionState, add_attr::AddAnyAttr},
    },
};

/// A view of any type that is built, hydrated and replaced as a unit.
///
/// [`AnyView`] also updates a view in place and hydrates it asynchronously, for lazily loaded routes. The compiler
/// cannot remove that code if an app uses neither. With `Whole`, the WASM of a site of a few pages is a sixth smaller.
/// On the server it is an [`AnyView`].
///
/// Does not support apps that start with `hydrate_lazy`.
pub struct Whole(Box<dyn FnOnce(Place<'_>) -> WholeState + Send>);

/// The position of the server-rendered nodes, if the server rendered this view.
type Place<'p> = Option<(&'p Cursor, &'p PositionState)>;

/// A mounted [`Whole`].
pub struct WholeState(Box<dyn Mountable>);

/// Erases the type of `view`.
pub fn whole<V: IntoView>(view: V) -> Whole {
    const { assert!(V::EXISTS, "the view renders at least one node") };
    let view = view.into_owned();
    Whole(Box::new(move |place: Place<'_>| {
        WholeState(match place {
            Some((cursor, position)) => Box::new(view.hydrate::<true>(cursor, position)),
            None => Box::new(view.build()),
        })
    }))
}

impl std::fmt::Debug for Whole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Whole")
    }
}

impl std::fmt::Debug for WholeState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WholeState")
    }
}

impl Render for Whole {
    type State = WholeState;

    fn build(self) -> WholeState {
        (self.0)(None)
    }

    fn rebuild(self, state: &mut WholeState) {
        let mut new = self.build();
        state.insert_before_this(&mut new);
        state.unmount();
        *state = new;
    }
}

impl Mountable for WholeState {
    fn unmount(&mut self) {
        self.0.unmount();
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        self.0.mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.0.insert_before_this(child)
    }

    fn elements(&self) -> Vec<Element> {
        self.0.elements()
    }
}

/// Ignores attributes added by a parent.
impl AddAnyAttr for Whole {
    type Output<NewAttr: Attribute> = Self;

    fn add_any_attr<NewAttr: Attribute>(self, _: NewAttr) -> Self {
        self
    }
}

impl RenderHtml for Whole {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn hydrate<const FROM_SERVER: bool>(
        self,
        cursor: &Cursor,
        position: &PositionState,
    ) -> WholeState {
        (self.0)(Some((cursor, position)))
    }

    fn into_owned(self) -> Self {
        self
    }

    // The browser does not render HTML.

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(
        self,
        _: &mut String,
        _: &mut Position,
        _: bool,
        _: bool,
        _: Vec<AnyAttribute>,
    ) {
    }
}
