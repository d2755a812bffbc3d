//! Reading the sources for the checks under `tests/`.
