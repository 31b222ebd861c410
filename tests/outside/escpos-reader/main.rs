//! The second half of a program whose first half is not ours: the reading part of `escpresso`, which `install.sh`
//! puts before it. It takes a printer's bytes on standard input and writes the picture as PBM to standard output.

fn main() -> Result<()> {
    use std::io::{Read, Write};
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes)?;
    let mut reader = EscPosRenderer::new(false);
    reader.process_data(&bytes)?;
    anyhow::ensure!(reader.buffer.is_empty(), "{} bytes at the end are no whole command", reader.buffer.len());
    let (mut picture, mut width_of_all, mut rows, mut cuts) = (Vec::new(), 0, 0, 0);
    for element in reader.take_elements() {
        anyhow::ensure!(cuts == 0, "something comes after the cut");
        match element {
            ReceiptElement::RasterImage { height, data, bytes_per_line, .. } => {
                anyhow::ensure!(rows == 0 || bytes_per_line == width_of_all, "two widths in one ticket");
                anyhow::ensure!(data.len() == bytes_per_line * height, "a picture is not as long as it says");
                width_of_all = bytes_per_line;
                rows += height;
                picture.extend(data);
            }
            ReceiptElement::PaperCut { .. } => cuts += 1,
            other => anyhow::bail!("neither picture nor cut: {other:?}"),
        }
    }
    anyhow::ensure!(cuts == 1, "the paper is cut {cuts} times");
    let mut out = std::io::stdout();
    write!(out, "P4\n{} {rows}\n", width_of_all * 8)?;
    out.write_all(&picture)?;
    Ok(())
}
