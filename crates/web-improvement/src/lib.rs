//! The pages of improvement work: projects to refer the people who are missed, surveys of the staff, and what both show.

pub mod clinician_surveys;
pub mod colleagues;
pub mod finding;
pub mod improvement;
pub mod questions;
pub mod staff_surveys;
pub mod survey_door;
