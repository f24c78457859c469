//! What people see of improvement work: projects, surveys, interviews, lists of those who could be referred.
//!
//! Pages and templates as in [`fingerpost_ui`], which draws them: [`templates`] puts them on its shelf.

mod chart;
mod improvement;
mod improving;
mod survey;

use rust_embed::RustEmbed;

pub use chart::{MonthChart, MonthPoint};
pub use improvement::{
    ChangePage, FindingView, GoalPage, MonthField, MonthsPage, NumbersPage, PeriodPage, ProjectLine, ProjectPage,
    ProjectsPage, RouteLine, StaffLine, StaffSurveyPage, StaffView, StepLine, StudyPage, SurveyPage, SurveyQuestion,
    SurveyThanksPage, TrainingPage, WrittenBlock,
};
pub use improving::{
    ClaimView, ClaimsPage, CountBar, FoundListPage, FoundPerson, InterviewPage, InterviewView, InterviewsPage,
    MonitoringPage, PassageView, QuestionEditPage, QuestionLine, QuestionsBeginPage, QuestionsPage, WatchLine,
};
pub use survey::{
    AnswerLine, ClinicianSurveyLine, ClinicianSurveyPage, ClinicianSurveyValues, ClinicianSurveysPage, ClosedTable,
    ColleaguesPage, DrawView, InsightLine, MatrixPage, MatrixRow, NewClinicianSurveyPage, OpenLine, ReadLine,
    ReadingPage,
};

#[derive(RustEmbed)]
#[folder = "templates"]
struct Templates;

/// Every template of this room, by its file.
pub fn templates() -> impl Iterator<Item = (String, String)> {
    fingerpost_ui::embedded::<Templates>()
}

#[cfg(test)]
mod tests {
    use fingerpost_ui::Ui;
    use fingerpost_ui::testing::draw;

    use super::*;

    #[test]
    fn every_page_is_drawn_with_each_of_its_samples() {
        let ui = Ui::load(templates()).unwrap();
        draw(&ui, ProjectsPage::samples());
        draw(&ui, ProjectPage::samples());
        draw(&ui, GoalPage::samples());
        draw(&ui, ChangePage::samples());
        draw(&ui, TrainingPage::samples());
        draw(&ui, MonthsPage::samples());
        draw(&ui, PeriodPage::samples());
        draw(&ui, NumbersPage::samples());
        draw(&ui, StudyPage::samples());
        draw(&ui, SurveyPage::samples());
        draw(&ui, StaffSurveyPage::samples());
        draw(&ui, SurveyThanksPage::samples());
        draw(&ui, ClinicianSurveysPage::samples());
        draw(&ui, NewClinicianSurveyPage::samples());
        draw(&ui, ClinicianSurveyPage::samples());
        draw(&ui, ReadingPage::samples());
        draw(&ui, MatrixPage::samples());
        draw(&ui, ColleaguesPage::samples());
        draw(&ui, QuestionsBeginPage::samples());
        draw(&ui, QuestionsPage::samples());
        draw(&ui, QuestionEditPage::samples());
        draw(&ui, InterviewsPage::samples());
        draw(&ui, InterviewPage::samples());
        draw(&ui, MonitoringPage::samples());
        draw(&ui, ClaimsPage::samples());
        draw(&ui, FoundListPage::samples());
        assert_eq!(templates().count(), 26, "a template without a page, or a page without samples here");
        for (name, source) in templates() {
            assert!(
                !source.contains("|safe") && !source.contains("| safe") && !source.contains("autoescape"),
                "{name}"
            );
        }
    }
}
