"""Writes DICOM files of many kinds, and beside each what pydicom makes of it, scaled to 8 bits.

generate.py FOLDER: NAME.dcm, NAME.raw (the 8-bit picture, row by row) and reference.json, the shapes. pydicom's own test
files, which come with it, stand beside them as pydicom-NAME.dcm, with a reference where pydicom reads one frame of them.
"""

import json
import shutil
import struct
import sys
from pathlib import Path

import cv2
import numpy as np
import pydicom
from pydicom import config, dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels import apply_modality_lut, apply_voi_lut
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

config.settings.reading_validation_mode = config.IGNORE
folder = Path(sys.argv[1])
rng = np.random.default_rng(42)
SIDES = (37, 52)


def chest(bits: int, signed: bool = False) -> np.ndarray:
    """Something smooth with grain that fills the range of so many bits."""
    rows, columns = np.mgrid[0:1 : SIDES[0] * 1j, 0:1 : SIDES[1] * 1j]
    smooth = 0.5 + 0.4 * np.sin(5 * rows) * np.cos(7 * columns) + rng.normal(0, 0.03, SIDES)
    levels = np.clip(smooth, 0, 1) * (2**bits - 1)
    values = np.rint(levels - (2 ** (bits - 1) if signed else 0))
    return values.astype(f"{'i' if signed else 'u'}{1 if bits <= 8 else 2}")


def described(values: np.ndarray, bits: int, **more) -> Dataset:
    ds = Dataset()
    ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.1.1"
    ds.SOPInstanceUID = "1.2.826.0.1.3680043.8.498.1"
    ds.PatientName = "Doe^Jane"
    ds.PatientID = "MRN 4711"
    ds.PatientBirthDate = "19700101"
    ds.ViewPosition = "PA"
    ds.Rows, ds.Columns = values.shape[:2]
    ds.SamplesPerPixel = 1 if values.ndim == 2 else 3
    ds.PhotometricInterpretation = "MONOCHROME2" if values.ndim == 2 else "RGB"
    if values.ndim == 3:
        ds.PlanarConfiguration = 0
    ds.BitsAllocated = 8 * values.dtype.itemsize
    ds.BitsStored = bits
    ds.HighBit = bits - 1
    ds.PixelRepresentation = int(values.dtype.kind == "i")
    # A sequence before the pixels, of a length that only its end tells.
    code = Dataset()
    code.CodeValue = "T-D3000"
    code.CodingSchemeDesignator = "SRT"
    code.CodeMeaning = "Chest"
    ds.AnatomicRegionSequence = [code]
    ds["AnatomicRegionSequence"].is_undefined_length = True
    for name, value in more.items():
        setattr(ds, name, value)
    return ds


def lut(first: int, entries: np.ndarray, bits: int, signed: bool) -> Dataset:
    item = Dataset()
    kind = "SS" if signed else "US"
    item.add_new(0x00283002, kind, [len(entries), first, bits])
    item.add_new(0x00283006, "OW", entries.astype("<u2").tobytes())
    return item


def save(name: str, ds: Dataset, values: np.ndarray, syntax=ExplicitVRLittleEndian, frame: bytes | None = None) -> None:
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    if frame is None:
        order = ">" if syntax == ExplicitVRBigEndian else "<"
        stored = values.astype(values.dtype.newbyteorder(order)).tobytes()
        ds.add_new(0x7FE00010, "OW" if ds.BitsAllocated > 8 else "OB", stored + b"\0" * (len(stored) % 2))
        for name_ in ("ModalityLUTSequence", "VOILUTSequence"):
            if order == ">" and name_ in ds:
                data = getattr(ds, name_)[0]["LUTData"]
                data.value = np.frombuffer(data.value, "<u2").astype(">u2").tobytes()
    else:
        ds.add_new(0x7FE00010, "OB", encapsulate([frame]))
        ds["PixelData"].is_undefined_length = True
    ds.save_as(folder / f"{name}.dcm", enforce_file_format=True)


def compressed(name: str, ds: Dataset, values: np.ndarray, syntax, **options) -> None:
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.add_new(0x7FE00010, "OW" if ds.BitsAllocated > 8 else "OB", values.tobytes())
    ds.compress(syntax, generate_instance_uid=False, **options)
    ds.save_as(folder / f"{name}.dcm", enforce_file_format=True)


def lossless_jpeg(values: np.ndarray, bits: int) -> bytes:
    """JPEG lossless (process 14, predictor 1), each of its 17 differences' lengths coded with 5 bits."""
    height, width = values.shape
    head = b"\xff\xd8\xff\xc3" + struct.pack(">HBHHB3B", 11, bits, height, width, 1, 1, 0x11, 0)
    head += b"\xff\xc4" + struct.pack(">HB16B", 19 + 17, 0, *[0] * 4, 17, *[0] * 11) + bytes(range(17))
    head += b"\xff\xda" + struct.pack(">HB2B3B", 8, 1, 1, 0, 1, 0, 0)
    text = []
    for y in range(height):
        for x in range(width):
            left = int(values[y, x - 1]) if x else int(values[y - 1, 0]) if y else 2 ** (bits - 1)
            difference = (int(values[y, x]) - left + 32768) % 65536 - 32768
            size = abs(difference).bit_length()
            text.append(f"{size:05b}")
            if 0 < size < 16:
                text.append(f"{difference if difference > 0 else difference + 2**size - 1:0{size}b}")
    joined = "".join(text)
    joined += "1" * (-len(joined) % 8)
    packed = int(joined, 2).to_bytes(len(joined) // 8, "big")
    return head + packed.replace(b"\xff", b"\xff\x00") + b"\xff\xd9"


def eight_bits(ds: Dataset) -> np.ndarray:
    """pydicom's modality and VOI tables, as brightness from 0 to 255."""
    values = ds.pixel_array
    if values.ndim == 3:
        return values.astype(np.uint8)
    measured = apply_modality_lut(values, ds)
    padding = np.zeros(values.shape, bool)
    if "PixelPaddingValue" in ds:
        ends = [ds.PixelPaddingValue, ds.get("PixelPaddingRangeLimit", ds.PixelPaddingValue)]
        padding = (values >= min(ends)) & (values <= max(ends))
    if "VOILUTSequence" in ds:
        share = apply_voi_lut(measured, ds) / (2 ** ds.VOILUTSequence[0].LUTDescriptor[2] - 1)
    elif "WindowCenter" in ds:
        # pydicom's windows end in the range of the values; scaled to 0 … 1 that range falls out again.
        plain = Dataset()
        for name in ("WindowCenter", "WindowWidth", "VOILUTFunction", "PhotometricInterpretation"):
            if name in ds:
                setattr(plain, name, ds[name].value)
        plain.BitsStored, plain.PixelRepresentation = 16, 0
        share = apply_voi_lut(measured.astype("f8"), plain) / 65535
    else:
        low, high = np.percentile(measured[~padding], [0.5, 99.5])
        share = np.clip((measured - low) / (high - low), 0, 1)
    if ds.PhotometricInterpretation == "MONOCHROME1":
        share = 1 - share
    share[padding] = 0
    return np.rint(255 * share).astype(np.uint8)


def generate() -> None:
    syntaxes = {
        "explicit": ExplicitVRLittleEndian,
        "implicit": ImplicitVRLittleEndian,
        "big": ExplicitVRBigEndian,
        "deflated": DeflatedExplicitVRLittleEndian,
    }
    for key, syntax in syntaxes.items():
        values = chest(12)
        save(f"{key}-window", described(values, 12, WindowCenter=2000, WindowWidth=2500), values, syntax)
        values = chest(16, True)
        window = {"WindowCenter": [40, 900], "WindowWidth": [4000, 9000]}
        ds = described(values, 16, RescaleSlope="0.25", RescaleIntercept="-1024", **window)
        save(f"{key}-signed-slope", ds, values, syntax)
        values = chest(12)
        values[:5] = 4095
        ds = described(values, 12, PhotometricInterpretation="MONOCHROME1")
        ds.add_new(0x00280120, "US", 4095)
        save(f"{key}-padding-percentile", ds, values, syntax)
        values = chest(12)
        curve = 65535 * (np.arange(3000) / 2999) ** 0.5
        ds = described(values, 12, VOILUTSequence=[lut(500, curve, 16, False)])
        save(f"{key}-voi-table", ds, values, syntax)
    for shape in ("LINEAR", "LINEAR_EXACT", "SIGMOID"):
        values = chest(10)
        ds = described(values, 10, WindowCenter="500.5", WindowWidth="300", VOILUTFunction=shape)
        save(f"shape-{shape.lower()}", ds, values)
    values = chest(12)
    modality = lut(0, np.arange(4096)[::-1] // 2, 16, False)
    modality.ModalityLUTType = "US"
    ds = described(values, 12, ModalityLUTSequence=[modality], WindowCenter=900, WindowWidth=1500)
    save("modality-table", ds, values)
    values = chest(12, True)
    ds = described(values, 12, VOILUTSequence=[lut(-1500, 4095 - np.arange(3000), 12, True)])
    ds.PhotometricInterpretation = "MONOCHROME1"
    save("signed-voi-table-monochrome1", ds, values)
    values = chest(8)
    save("eight-bits", described(values, 8, WindowCenter=128, WindowWidth=256), values)
    save("eight-bits-percentile", described(values, 8), values)
    values = chest(14)
    ds = described(values, 14, PixelPaddingValue=0, PixelPaddingRangeLimit=900)
    save("padding-range", ds, values)
    save("flat", described(np.full(SIDES, 700, "u2"), 12, WindowCenter=700, WindowWidth=1), np.full(SIDES, 700, "u2"))
    colour = np.stack([chest(8), chest(8)[::-1], chest(8)[:, ::-1]], axis=-1)
    save("rgb", described(colour, 8), colour)
    save("rgb-planar", described(colour, 8, PlanarConfiguration=1), np.ascontiguousarray(colour.transpose(2, 0, 1)))
    # Compressed.
    for bits, signed in ((8, False), (12, False), (16, False), (12, True), (16, True)):
        kind = f"{bits}{'-signed' if signed else ''}"
        values = chest(bits, signed)
        window = {"WindowCenter": 0 if signed else 2 ** (bits - 1), "WindowWidth": 0.8 * 2**bits}
        compressed(f"rle-{kind}", described(values, bits, **window), values, RLELossless)
        compressed(f"jpeg-2000-lossless-{kind}", described(values, bits, **window), values, JPEG2000Lossless)
        if not signed:
            compressed(f"jpeg-ls-{kind}", described(values, bits, **window), values, JPEGLSLossless)
            save(f"jpeg-lossless-{kind}", described(values, bits, **window), values, JPEGLosslessSV1, lossless_jpeg(values, bits))
    values = chest(12)
    window = {"WindowCenter": 2048, "WindowWidth": 4096}
    compressed("jpeg-2000-lossy", described(values, 12, **window), values, JPEG2000, j2k_psnr=[60])
    compressed("rle-rgb", described(colour, 8), colour, RLELossless)
    values = chest(8)
    frame = cv2.imencode(".jpg", values, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()
    save("jpeg-baseline", described(values, 8, WindowCenter=128, WindowWidth=256), values, JPEGBaseline8Bit, frame)
    smooth = cv2.GaussianBlur(colour, (0, 0), 4)
    quality = [cv2.IMWRITE_JPEG_QUALITY, 95, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    frame = cv2.imencode(".jpg", cv2.cvtColor(smooth, cv2.COLOR_RGB2BGR), quality)[1].tobytes()
    ds = described(smooth, 8, PhotometricInterpretation="YBR_FULL_422")
    save("jpeg-baseline-colour", ds, smooth, JPEGBaseline8Bit, frame)
    # What is refused.
    values = np.stack([chest(8), chest(8)])
    ds = described(values[0], 8, NumberOfFrames=2)
    save("refused-frames", ds, values)
    ds = described(chest(8), 8)
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.save_as(folder / "refused-no-pixels.dcm", enforce_file_format=True)
    save("refused-huge", described(chest(8), 8, Rows=60000, Columns=60000), chest(8))
    save("refused-short", described(chest(8), 8, Rows=500), chest(8))
    ds = described(chest(8), 8, Rows=5000, Columns=7000)
    save("refused-other-size", ds, chest(8), JPEGLosslessSV1, lossless_jpeg(chest(8), 8))
    save("refused-palette", described(chest(8), 8, PhotometricInterpretation="PALETTE COLOR"), chest(8))
    save("refused-syntax", described(chest(8), 8), chest(8), "1.2.840.10008.1.2.4.201", b"\xff\x4f\xff\x51")


generate()
reference = {}
for file in sorted(folder.glob("*.dcm")):
    if not file.stem.startswith("refused"):
        picture = eight_bits(dcmread(file))
        (folder / f"{file.stem}.raw").write_bytes(picture.tobytes())
        reference[file.stem] = list(picture.shape)
for file in sorted((Path(pydicom.__file__).parent / "data" / "test_files").glob("*.dcm")):
    name = f"pydicom-{file.stem}"
    shutil.copyfile(file, folder / f"{name}.dcm")
    try:
        ds = dcmread(file)
        picture = eight_bits(ds)
    except Exception:
        continue
    if int(ds.get("NumberOfFrames") or 1) == 1:
        (folder / f"{name}.raw").write_bytes(picture.tobytes())
        reference[name] = list(picture.shape)
(folder / "reference.json").write_text(json.dumps(reference))
