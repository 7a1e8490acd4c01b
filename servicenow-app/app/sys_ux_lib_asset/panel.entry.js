// The module that the panel page loads. esbuild bundles it with the wasm-bindgen glue (./widget.js); the packer then
// puts the Wasm, compressed and base64-coded, in the place of the marked text. A platform that serves no
// application/wasm leaves no other way.
import init, { mount } from './widget.js';

function decoded(base64) {
    const text = atob(base64);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i += 1) {
        bytes[i] = text.charCodeAt(i);
    }
    const unzipped = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Response(unzipped, { headers: { 'Content-Type': 'application/wasm' } });
}

// The words that a policy lacks are what its administrator needs.
function forbidden(source) {
    return 'imper.ai Verification was blocked by the content security policy of this instance. '
        + 'Ask your administrator to add ' + source + ' to its script-src directive. Nothing was sent.';
}

function explain(error) {
    if (error instanceof WebAssembly.CompileError) {
        return forbidden("'wasm-unsafe-eval'");
    }
    return 'imper.ai Verification could not be started. Nothing was sent. Reload the ticket to try again. ('
        + (error && error.message ? error.message : 'unknown error') + ')';
}

// Text only, into the page's own element: an error message must not become markup.
function fail(root, message) {
    const text = document.createElement('p');
    text.className = 'imper-message';
    text.setAttribute('role', 'alert');
    text.textContent = message;
    root.replaceChildren(text);
}

async function start() {
    const root = document.getElementById('imper-verify');
    const host = window.imperVerify;
    if (!root) {
        return;
    }
    if (!host) {
        // The page's own script, which comes first, was not run.
        fail(root, forbidden("'unsafe-inline'"));
        return;
    }
    if (!host.table || !host.sys_id) {
        fail(root, 'Open this page from a ticket: its address names no ticket.');
        return;
    }
    if (typeof WebAssembly !== 'object' || typeof DecompressionStream !== 'function') {
        fail(root, 'This browser is too old for imper.ai Verification. Use a current version of Chrome, Edge, Firefox or Safari.');
        return;
    }
    try {
        await init({ module_or_path: decoded('__IMPER_WASM_GZIP_BASE64__') });
        root.replaceChildren();
        mount(root, host);
    } catch (error) {
        fail(root, explain(error));
    }
}

start();
