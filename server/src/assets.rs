//! The built files: where they are, and how they are served.

use std::path::{Path, PathBuf};

use app::shell::{Assets, Verifier};
use axum::Router;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::middleware::{self, Next};
use axum::response::Response;
use leptos::config::{LeptosOptions, errors::LeptosConfigError, get_config_from_str};
use tower_http::services::ServeDir;

use crate::http::refusal;
use crate::state::AppState;

/// cargo-leptos' section, for the server that was started without it. `LEPTOS_*` variables come before it.
const SECTION: &str = include_str!("../../Leptos.toml");

/// Why the built files cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum AssetsError {
    /// The section or a `LEPTOS_*` variable is wrong.
    #[error("the settings of the built files are wrong")]
    Options(#[from] LeptosConfigError),
    /// The site was built by another run than the binary.
    #[error(
        "the style sheet {stylesheet} is missing: build the pages with `cargo leptos build`, or set LEPTOS_SITE_ROOT"
    )]
    Missing {
        /// Where it should be.
        stylesheet: String,
    },
}

/// Finds the built files and their hashed names.
pub fn find() -> Result<Assets, AssetsError> {
    let mut options = get_config_from_str(SECTION)?;
    let beside = beside_binary();
    if !Path::new(&*options.site_root).is_dir()
        && let Some(site) = beside.as_ref().map(|folder| folder.join("site")).filter(|site| site.is_dir())
    {
        options.site_root = site.display().to_string().into();
    }
    let hashes = beside.map(|folder| folder.join(&*options.hash_file));
    let hashes = hashes.filter(|_| options.hash_files).and_then(|path| std::fs::read_to_string(path).ok());
    options.hash_files = hashes.is_some();
    let css_hash = hashes.as_deref().and_then(|text| hash_of(text, "css"));
    let name = match css_hash {
        Some(hash) => format!("{}.{hash}.css", options.output_name),
        None => format!("{}.css", options.output_name),
    };
    let file = Path::new(&*options.site_root).join(&*options.site_pkg_dir).join(&name);
    if !file.is_file() {
        return Err(AssetsError::Missing { stylesheet: file.display().to_string() });
    }
    let verifier = verifier(Path::new(&*options.site_root));
    Ok(Assets { stylesheet: format!("/{}/{name}", options.site_pkg_dir), leptos: options, verifier })
}

/// The verifier's folder in the site. Its files have their hash in their names: `verifier.<hash>.js`, `.wasm`.
const VERIFIER: &str = "verifier";

/// The verifier that was built with the site. Without it the pages work, and check on the server.
fn verifier(site: &Path) -> Option<Verifier> {
    let files = std::fs::read_dir(site.join(VERIFIER)).ok()?;
    let names = files.filter_map(|file| file.ok()?.file_name().into_string().ok());
    let script = names.filter(|name| name.starts_with("verifier.") && name.ends_with(".js")).max()?;
    let wasm = format!("{}.wasm", script.strip_suffix(".js")?);
    let path = |name: &str| format!("/{VERIFIER}/{name}");
    site.join(VERIFIER).join(&wasm).is_file().then(|| Verifier { script: path(&script), wasm: path(&wasm) })
}

/// Answers what no route answers: a built file, or "no such route".
pub fn serve(options: &LeptosOptions) -> Router<AppState> {
    let files = ServeDir::new(&*options.site_root)
        .precompressed_br()
        .append_index_html_on_directories(false)
        .fallback(axum::handler::HandlerWithoutStateExt::into_service(refusal::no_such_route));
    Router::new().fallback_service(files).layer(middleware::from_fn(cache))
}

/// A hashed name never changes its content; any other file is asked for again.
async fn cache(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_hashed = path.starts_with("/pkg/") || path.starts_with("/verifier/");
    let mut response = next.run(request).await;
    if response.status().is_success() {
        let value = if is_hashed { "public, max-age=31536000, immutable" } else { "public, max-age=3600" };
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(value));
    }
    response
}

fn beside_binary() -> Option<PathBuf> {
    std::env::current_exe().ok()?.parent().map(Path::to_owned)
}

fn hash_of<'a>(hashes: &'a str, extension: &str) -> Option<&'a str> {
    let mut lines = hashes.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(name, _)| name.trim() == extension).map(|(_, hash)| hash.trim())
}
