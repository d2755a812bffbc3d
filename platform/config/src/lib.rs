//! Every setting in one documented place, checked at start.
