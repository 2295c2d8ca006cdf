// ---------------------------------------------------------------- ways in

function render({ model, el }) {
  const Widget = model.get('spec').inputs ? Live : Acetates;
  const widget = new Widget(model, el);
  return () => widget.close();
}

// A page without a kernel.
export function mount(el, page) {
  return render({ el, model: pageModel(page) });
}

export default { render };
