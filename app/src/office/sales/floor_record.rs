//! The clerk's desk while the floor is offline: what is called is written down line by line, and merged in one go. Without a
//! script it is a form; with one the browser keeps the lines, so that they outlive a page that cannot be drawn again.

use auction::{FloorRecord, HallLot, MergedLine};
use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::ui::*;

/// Keeps each change under the lot's id, with the record's own id; merges only when the server answers.
const KEEP: &str = "const box = document.getElementById('record'), form = box.querySelector('form'); \
    const said = box.querySelector('[data-said]'), place = 'luochui-floor-' + box.dataset.lot; \
    const { lines, record } = form.elements; \
    const say = (text) => { said.textContent = text; said.hidden = false; }; \
    const kept = JSON.parse(localStorage.getItem(place) || 'null'); \
    if (kept && !lines.value.trim()) { lines.value = kept.lines; record.value = kept.record; say(box.dataset.kept); } \
    const keep = () => { localStorage.setItem(place, JSON.stringify({ record: record.value, lines: lines.value })); \
    say(box.dataset.kept); }; \
    lines.addEventListener('input', keep); \
    addEventListener('beforeunload', (event) => { if (!navigator.onLine && lines.value.trim()) event.preventDefault(); }); \
    form.addEventListener('submit', async (event) => { event.preventDefault(); keep(); \
    try { await fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(5000) }); } \
    catch { say(box.dataset.gone); return; } \
    form.submit(); });";

/// What was merged need not be kept; a newer record of the same lot must.
const FORGET: &str = "const done = document.getElementById('merged').dataset, place = 'luochui-floor-' + done.lot; \
    const kept = JSON.parse(localStorage.getItem(place) || 'null'); \
    if (kept && kept.record === done.record) localStorage.removeItem(place);";

/// So long a record can be.
const LENGTH_MAX: u32 = 8_000;

/// The form in which the floor is written down.
pub(super) fn form(cx: &PageContext, lot: &HallLot) -> AnyView {
    let lang = cx.lang;
    let (place, lot_id) = (lot.id.to_string(), lot.id.to_string());
    let new_id = platform_db::new_id().to_string();
    let record = cx.form.of("merge").value("record").map_or(new_id, str::to_owned);
    let (kept, gone) = (t(lang, "format.floor.record_kept"), t(lang, "format.floor.record_gone"));
    let note = t(lang, "format.lane.is_offline");
    let give_up = t_with(lang, "format.lane.online_question", &[("title", &lot.title)]);
    let (action, desk) = (format!("/office/lots/{lot_id}/online"), lot.sale_id.to_string());
    view! {
        <Banner tone=Tone::Warn>{note}</Banner>
        <div id="record" class="stack" data-lot=place data-kept=kept data-gone=gone>
            <PostForm name="merge">
                <input type="hidden" name="lot_id" value=lot_id/>
                <input type="hidden" name="record" value=record/>
                <TextArea name="lines" label=t(lang, "format.floor.record_lines") hint=t(lang, "format.floor.record_hint")
                    required=true rows=8 max_length=LENGTH_MAX/>
                <div class="form__end"><Button kind=ButtonKind::Primary>{t(lang, "format.floor.record_merge")}</Button></div>
            </PostForm>
            <p class="muted" role="status" data-said hidden></p>
        </div>
        <ConfirmButton action label=t(lang, "format.lane.online") question=give_up confirm=t(lang, "format.lane.online")
            fields=vec![("desk", desk)]/>
        <script nonce=cx.nonce.clone()>{KEEP}</script>
    }
    .into_any()
}

/// What became of each line of a record.
pub(super) fn merged(cx: &PageContext, record: FloorRecord) -> AnyView {
    let lang = cx.lang;
    let columns = vec![
        Column::number(t(lang, "format.floor.line_no")),
        Column::number(t(lang, "format.floor.paddle")),
        Column::number(t(lang, "format.floor.amount")),
        Column::new(t(lang, "format.floor.line_result")),
    ];
    let rows = (1..).zip(record.lines).map(|(number, line): (u32, MergedLine)| {
        view! {
            <tr>
                <td class="num">{number}</td>
                <td class="num">{line.paddle}</td>
                <td class="num"><Money fen=line.max_fen/></td>
                <td>{result(cx, &line)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let by = t_with(lang, "format.floor.merged_by", &[("name", &record.by_name)]);
    let (lot, id, at) = (record.lot_id.to_string(), record.id.to_string(), record.at);
    view! {
        <div id="merged" data-lot=lot data-record=id>
            <Panel title=t(lang, "format.floor.merged_title") flush=true>
                <p class="muted p-4">{by} " " <Time at=at/></p>
                <Table columns caption=t(lang, "format.floor.merged_title")>{rows}</Table>
            </Panel>
        </div>
        <script nonce=cx.nonce.clone()>{FORGET}</script>
    }
    .into_any()
}

fn result(cx: &PageContext, line: &MergedLine) -> AnyView {
    let lang = cx.lang;
    match (line.code, line.note) {
        (Some(code), _) => {
            let text = t(lang, &format!("refusal.{}", code.as_str()));
            view! { <Badge tone=Tone::Bad>{text}</Badge> }.into_any()
        }
        (None, note) => {
            let note = note.map(|note| t(lang, &format!("error.{}", note.as_str())));
            view! { <Badge tone=Tone::Good>{t(lang, "format.floor.line_taken")}</Badge> " " {note} }
                .into_any()
        }
    }
}
