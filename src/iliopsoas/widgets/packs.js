// A plate as it comes to the page, a pack, opened: what it says, and its layers as pixels. Joined in front of picture.js in
// one ES module (see acetates.SCRIPTS).

const { min, max } = Math;

// ---------------------------------------------------------------- packs: u32 header length | JSON header | images

// A pack that is ready to be read; null where there is none yet. Its header may be compressed, and name images that lie
// on the shelf of the page (see plates.pack_wire and widgets.wire).
async function openPack(view, model) {
  if (!view?.byteLength) return null;
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const start = 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const text = bytes.subarray(4, start), isPlain = text[0] === 0x7b; // "{"
  const head = unfolded(JSON.parse(new TextDecoder().decode(isPlain ? text : await inflated(text))));
  const slice = (place) => (typeof place === 'string' ? model.pieceOf(place) : bytes.slice(start + place[0], start + place[0] + place[1]));
  return head.base || head.flat ? { head, slice } : numbered({ head, slice });
}

// What a card says; compressed on its way from the kernel, plain in a page without one.
async function specOf(model) {
  const spec = model.get('spec');
  if (!spec.byteLength) return spec;
  return JSON.parse(new TextDecoder().decode(await inflated(new Uint8Array(spec.buffer, spec.byteOffset, spec.byteLength))));
}

const inflated = async (bytes) => new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'))).arrayBuffer();

// The pack that a model holds under a name, or null; `isStale` says that it holds another one by now.
async function packIn(model, name) {
  const held = model.get(name), isStale = () => model.get(name) !== held;
  const pack = await openPack(held, model);
  return pack && { ...pack, isStale };
}

// What stands in many rows is stored once (see plates.pack_head).
function unfolded(head) {
  const { parts, layouts } = head;
  if (parts) {
    const of = (k) => (k === null ? null : parts.shared[k]);
    head.parts = parts.rows.map(([i, id, structure, side, name, layer, parent, tint, hard]) => ({
      i, id: id || `${of(structure)}_${side}`, structure: of(structure), side, name, layer: of(layer), parent: of(parent),
      tint: of(tint), hard,
    }));
  }
  if (layouts) head.layouts = layouts.of.map((layout) => layout.map((k) => layouts.rows[k]));
  return head;
}

function numbered(pack) {
  pack.head.byNumber = [];
  for (const part of pack.head.parts) pack.head.byNumber[part.i] = part;
  return pack;
}

// A frame along an axis leaves out what is the same in its base, the frame shown at first: here it gets it back. A draft
// lacks what full ink has, so a frame waits until its base is finished.
function completed(pack, base) {
  if (!pack?.head.base) return pack;
  if (!base || base.head.draft) return null;
  return numbered({ head: { ...base.head, ...pack.head }, slice: pack.slice });
}

async function pixels(bytes, type) {
  const exact = { premultiplyAlpha: 'none', colorSpaceConversion: 'none' };
  const bitmap = await createImageBitmap(new Blob([bytes], { type }), exact);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, canvas.width, canvas.height).data;
}

const CELL = [[0, 0], [1, 0], [0, 1], [1, 1]]; // pixels of a cell of depth (column, row), in the order they are asked

// The part of every pixel, and its depth: known of the first drawn pixel of each cell of two by two, elsewhere the mean
// of those next to it, corners included, that are known and belong to the same part (see plates.coding.depth_of).
function readData(parts, cells, [left, top, w, h], before, { depth_step: step, depth_most: most }) {
  const across = (w + 1) >> 1, down = (h + 1) >> 1;
  const part = new Uint8Array(w * h), depth = new Uint16Array(w * h);
  const known = new Uint16Array(w * h), ofCell = new Uint16Array(across * down);
  for (let p = 0; p < part.length; p++) part[p] = parts[4 * p] && parts[4 * p] + before; // counted within a layer
  for (let j = 0, c = 0; j < down; j++) {
    for (let i = 0, last = 0; i < across; i++, c++) {
      const code = cells[4 * c] << 8 | cells[4 * c + 1]; // change from the cell before, even up and odd down
      last += code & 1 ? -((code + 1) >> 1) : code >> 1;
      ofCell[c] = min(1 + step * last, most);
      for (const [dx, dy] of CELL) {
        const x = 2 * i + dx, y = 2 * j + dy;
        if (x >= w || y >= h || !part[y * w + x]) continue;
        known[y * w + x] = ofCell[c];
        break;
      }
    }
  }
  for (let y = 0, p = 0; y < h; y++) {
    const up = y ? -w : 0, low = y < h - 1 ? w : 0;
    for (let x = 0; x < w; x++, p++) {
      if (!part[p]) continue;
      if (known[p]) { depth[p] = known[p]; continue; }
      let total = 0, count = 0;
      for (let row = p + up; row <= p + low; row += w) {
        for (let q = x ? row - 1 : row; q <= (x < w - 1 ? row + 1 : row); q++) {
          if (known[q] && part[q] === part[p]) { total += known[q]; count++; }
        }
      }
      depth[p] = count ? (2 * total + count) / (2 * count) : ofCell[(y >> 1) * across + (x >> 1)];
    }
  }
  return { x: left, y: top, w, h, depth, part, ...measured(part, [left, top, w, h]) };
}

// Of every part its bounding box on the sheet and how thick it is on average.
function measured(part, [left, top, w, h]) {
  const boxes = [], area = new Uint32Array(256), rim = new Uint32Array(256);
  for (let y = 0, p = 0; y < h; y++) {
    for (let x = 0; x < w; x++, p++) {
      const k = part[p];
      if (!k) continue;
      const box = boxes[k] ??= [x + left, y + top, 0, 0];
      if (x + left < box[0]) box[0] = x + left;
      if (x + left >= box[2]) box[2] = x + left + 1;
      box[3] = y + top + 1;
      area[k]++;
      if (!x || part[p - 1] !== k || !y || part[p - w] !== k) rim[k]++;
    }
  }
  const thick = Array.from(area, (n, k) => 2 * n / Math.max(rim[k], 1));
  return { boxes, thick };
}

// A layer of which only a part differs from the base: that of the base, inside the own box, with the patch laid over it.
function patched(row, base, patch) {
  const [left, top, w, h] = row.box;
  const depth = new Uint16Array(w * h), part = new Uint8Array(w * h), ink = new Uint8ClampedArray(4 * w * h);
  for (const from of [base, patch]) {
    if (!from) continue;
    const x0 = max(left, from.x), x1 = min(left + w, from.x + from.w);
    for (let y = max(top, from.y); y < min(top + h, from.y + from.h) && x1 > x0; y++) {
      const p = (y - top) * w + x0 - left, q = (y - from.y) * from.w + x0 - from.x, n = x1 - x0;
      depth.set(from.depth.subarray(q, q + n), p);
      part.set(from.part.subarray(q, q + n), p);
      ink.set(from.ink.subarray(4 * q, 4 * (q + n)), 4 * p);
    }
  }
  return { x: left, y: top, w, h, depth, part, ink, ...measured(part, row.box) };
}

async function readSheet({ head, slice }, base = null) {
  const image = async (place) => pixels(await slice(place), head.mime);
  const data = async (row, box) => readData(...await Promise.all([image(row.part), image(row.depth)]), box, row.before, head);
  const layer = async (row, k) => {
    if (row.shared) return { ...row, number: k + 1, image: base.layers[k].image };
    if (!row.ink) return { ...row, number: k + 1, image: null };
    const [ink, where] = await Promise.all([image(row.ink), data(row, row.patch ?? row.box)]);
    if (row.patch) return { ...row, number: k + 1, image: patched(row, base.layers[k].image, { ...where, ink }) };
    return { ...row, number: k + 1, image: { ...where, ink } };
  };
  const own = async (row) => (row.shared ? base.areas : data(row, row.box));
  const areas = head.areas ? await own(head.areas) : null;
  return { head, layers: await Promise.all(head.layers.map(layer)), areas };
}
