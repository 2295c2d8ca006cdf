// All that a card needs lies on the shelf of the page, once for all cards: its script and styles, and what its pictures
// share. This is all that each card carries itself; Python puts two names in front of it (see iliopsoas.widgets.card).

const TRIES = 50, TRY_MS = 200; // a page that is just being opened may know the shelf a moment later
const running = (globalThis.iliopsoasCards ??= new Map()); // modules by the name of their script

async function shelfOf(model) {
  const id = model.get('shelf').replace('IPY_MODEL_', '');
  for (let left = TRIES; ; left--) {
    try { return await model.widget_manager.get_model(id); } catch (problem) {
      if (!left) throw problem;
      await new Promise((go) => { setTimeout(go, TRY_MS); });
    }
  }
}

async function pieceOf(model, name) {
  const shelf = await shelfOf(model);
  const view = shelf.get(name) ?? await new Promise((there) => { shelf.once(`change:${name}`, () => there(shelf.get(name))); });
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

async function textOf(model, name) {
  const packed = new Blob([await pieceOf(model, name)]).stream();
  return new Response(packed.pipeThrough(new DecompressionStream('deflate'))).text();
}

async function started(model) {
  const [script, styles] = await Promise.all([SCRIPT, STYLES].map((name) => textOf(model, name)));
  document.head.append(Object.assign(document.createElement('style'), { textContent: styles }));
  return import(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
}

export default {
  async render({ model, el }) {
    model.pieceOf = (name) => pieceOf(model, name);
    if (!running.has(SCRIPT)) running.set(SCRIPT, started(model));
    try { return (await running.get(SCRIPT)).default.render({ model, el }); } catch (problem) {
      running.delete(SCRIPT); // the next card tries again
      throw problem;
    }
  },
};
