// ---------------------------------------------------------------- ways in

async function render({ model, el }) {
  const spec = await specOf(model), Widget = spec.inputs ? Live : Acetates;
  const packs = await Promise.all(keysOf(spec).map(async (key) => [key, await packIn(model, `pack_${key}`)]));
  const widget = new Widget(model, el, spec, Object.fromEntries(packs));
  return () => widget.close();
}

// A page without a kernel.
export function mount(el, page) {
  return render({ el, model: pageModel(page) });
}

export default { render };
