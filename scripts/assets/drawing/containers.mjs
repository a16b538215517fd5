// Packs PNG files into the containers that Windows (.ico) and macOS (.icns) want. Called by make.mjs.

/** An .ico with PNG entries (Windows Vista and later); `pictures` is a list of { size, file }. */
export function icoFile(pictures) {
  const header = Buffer.alloc(6 + pictures.length * 16);
  header.writeUInt16LE(1, 2); // icons, not cursors
  header.writeUInt16LE(pictures.length, 4);
  let offset = header.length;
  pictures.forEach(({ size, file }, index) => {
    const at = 6 + index * 16;
    header.writeUInt8(size % 256, at); // 256 is written as 0
    header.writeUInt8(size % 256, at + 1);
    header.writeUInt16LE(1, at + 4); // colour planes
    header.writeUInt16LE(32, at + 6); // bits in a pixel
    header.writeUInt32LE(file.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += file.length;
  });
  return Buffer.concat([header, ...pictures.map(({ file }) => file)]);
}

/** What macOS calls each size; the second group are double-density pictures. */
const MAC_TYPES = [
  ["icp4", 16],
  ["icp5", 32],
  ["ic07", 128],
  ["ic08", 256],
  ["ic09", 512],
  ["ic11", 32],
  ["ic12", 64],
  ["ic13", 256],
  ["ic14", 512],
  ["ic10", 1024],
];

/** An .icns; `fileOf(size)` returns the PNG of that many pixels. */
export function icnsFile(fileOf) {
  const entries = MAC_TYPES.map(([type, size]) => macEntry(type, fileOf(size)));
  return macEntry("icns", Buffer.concat(entries));
}

function macEntry(type, content) {
  const head = Buffer.alloc(8, type, "latin1");
  head.writeUInt32BE(content.length + 8, 4);
  return Buffer.concat([head, content]);
}
