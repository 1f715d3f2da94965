//! Reads numbers, and makes a mistake deep in its own functions.

struct Table {
    rows: Vec<*const u32>,
}

impl Table {
    fn cell(&self, row: usize) -> u32 {
        // SAFETY: there is none; this is the mistake.
        unsafe { self.rows[row].read_volatile() }
    }

    fn sum(&self, row: usize) -> u32 {
        if row == self.rows.len() { 0 } else { self.cell(row) + self.sum(row + 1) }
    }
}

fn main() {
    let number = 7;
    let table = Table { rows: vec![&number, &number, std::ptr::without_provenance(8)] };
    println!("{}", table.sum(0));
}
