//! Models for evaluating social prescribing: regression, matching, mixed models, interrupted time series, survival and
//! imputation. Pure functions on plain slices, like [`fingerpost_statistics`], whose answers and refusals they share.
