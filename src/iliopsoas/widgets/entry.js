// ---------------------------------------------------------------- ways in

function render({ model, el }) {
  const Widget = model.get('spec').inputs ? Live : Acetates;
  const widget = new Widget(model, el);
  return () => widget.close();
}

// A page without a kernel: values, and packs in base64, come with the page.
export function mount(el, { state, packs }) {
  const values = { ...state };
  for (const [name, base64] of Object.entries(packs)) {
    values[name] = new DataView(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer);
  }
  const get = (name) => values[name], set = (name, value) => { values[name] = value; };
  return render({ el, model: { get, set, save_changes() {}, on() {}, off() {} } });
}

export default { render };
