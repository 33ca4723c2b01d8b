//! What happened before the visitor came: findings that were judged, mended and closed, by the town's own people.

use anyhow::Context as _;
use serde_json::json;
use shian_access::{Principal, Reach};
use shian_base::{Id, Instant, Result};
use shian_db::Tx;
use shian_files::{FileId, NewFile};
use shian_kitchens::Zone;
use shian_matter::ActBody;
use shian_media::{Finding, FindingModel};
use shian_sim_camera::Scene;
use shian_town::{CameraPlan, PastFinding, TownPlan};

use super::principal;
use crate::app::App;

/// Walks every past finding through the same doors as a new one, at the times it happened.
pub async fn findings(tx: &mut Tx, app: &App, plan: &TownPlan) -> Result<()> {
    for past in &plan.findings {
        finding(tx, app, plan, past).await?;
    }
    Ok(())
}

async fn finding(tx: &mut Tx, app: &App, plan: &TownPlan, past: &PastFinding) -> Result<()> {
    let Some(new) = plan.business(past.business) else { return Ok(()) };
    let Some(camera) = plan.cameras.iter().find(|camera| camera.business == past.business) else { return Ok(()) };
    let found_at = past.on.start().plus_seconds(10 * 3600 + 12 * 60);
    let finding = Finding {
        id: Id::named(&format!("finding/{}/{}", past.business_name, past.on)),
        camera_id: Id::named(&camera.id_name),
        camera_name: camera.name.into(),
        zone: camera.zone.into(),
        zone_title: Zone::named(camera.zone).map_or("", Zone::title).into(),
        business_id: past.business.cast(),
        business_name: past.business_name.into(),
        area_code: new.business.area_code.clone(),
        scene: past.scene.into(),
        at: found_at,
        score: 0.78,
        threshold: 0.5,
        confirmed: "3/5".into(),
        boxes: Vec::new(),
        model: Some(FindingModel { id: "fastestdet-coco".into(), title: "FastestDet".into(), version: "2022-07".into() }),
        still_file_id: None,
        thumb_file_id: None,
        still_sha256: None,
        cool_down_s: 1800,
    };
    let raised = app.alerts.raise(tx, &finding, found_at).await?;
    app.alerts.end_without_clip(tx, finding.id, found_at.plus_seconds(70)).await?;
    let officer = officer_of(plan, &new.business.area_code);
    let judged_at = found_at.plus_seconds(41 * 60);
    let verdict = match past.response {
        "refer" => json!({ "reason": "多次发现，需核查。" }),
        _ => json!({ "requirement": app.law.scene(past.scene).map_or("", |scene| scene.requirement.as_str()) }),
    };
    let done = act(tx, app, raised.matter_id, past.response, &officer, verdict, vec![], judged_at).await?;
    let Some(child) = done.child else { return Ok(()) };
    let owner = owner_of(plan, past, &new.business.legal_person);
    act(tx, app, child, "acknowledge", &owner, json!({}), vec![], judged_at.plus_seconds(35 * 60)).await?;
    if past.response == "refer" {
        return Ok(());
    }
    let mended_at = past.mended_on.start().plus_seconds(16 * 3600);
    let photo = photo(tx, app, camera, &owner, mended_at).await?;
    let statement = json!({ "statement": "已当场整改，并组织全体员工学习，班前会加查一遍。" });
    act(tx, app, child, "submit", &owner, statement, vec![photo], mended_at).await?;
    let opinion = json!({ "opinion": "照片与说明相符，已改正。" });
    act(tx, app, child, "pass", &officer, opinion, vec![], mended_at.plus_seconds(3600)).await?;
    Ok(())
}

/// The tidy kitchen, as its owner photographed it then.
async fn photo(tx: &mut Tx, app: &App, camera: &CameraPlan, by: &Principal, at: Instant) -> Result<FileId> {
    let still = shian_sim_camera::draw_still(camera.kitchen, Scene::Empty, 1.0);
    let jpeg = shian_vision::jpeg_of_rgb(still.width, still.height, &still.rgb).context("drawing a photograph")?;
    let stored = app.files.put(jpeg.into()).await?;
    let file = NewFile { name: "整改后.jpg", mime: "image/jpeg", person_id: Some(by.person_id) };
    Ok(app.files.record(tx, &stored, file, at).await?.id)
}

#[expect(clippy::too_many_arguments, reason = "an act is who, what, when and with which papers")]
async fn act(
    tx: &mut Tx,
    app: &App,
    matter: shian_matter::MatterId,
    act: &str,
    by: &Principal,
    form: serde_json::Value,
    files: Vec<FileId>,
    at: Instant,
) -> Result<shian_matter::Done> {
    let body = ActBody { form, files, revision: None, ..ActBody::default() };
    app.matters.act(tx, matter, act, by, body, at).await
}

/// The officer of the station in whose area the business lies.
fn officer_of(plan: &TownPlan, area_code: &str) -> Principal {
    let at_station = |reach: &Reach| matches!(reach, Reach::Area { code } if area_code.starts_with(code.as_str()));
    let found = plan.people.iter().find(|person| person.post == "station.officer" && at_station(&person.reach));
    principal(found.unwrap_or(&plan.people[0]))
}

/// The business's manager; where the plan gives nobody an account, its legal person.
fn owner_of(plan: &TownPlan, past: &PastFinding, legal_person: &str) -> Principal {
    let of_business = |reach: &Reach| matches!(reach, Reach::Business { id } if *id == past.business);
    match plan.people.iter().find(|person| person.post == "merchant.manager" && of_business(&person.reach)) {
        Some(person) => principal(person),
        None => Principal {
            person_id: Id::named(&format!("person/owner/{}", past.business_name)),
            account: String::new(),
            name: legal_person.into(),
            post: "merchant.manager".into(),
            reach: Reach::Business { id: past.business },
        },
    }
}
