use crate::{
    action::Supervision,
    insn::{op, ret},
    meaning::Meaning,
    program::{Operand, Program, SymInsn},
};
pub fn compile(m: &Meaning, s: Supervision, _hot: &[u32]) -> Result<Program, String> {
    Ok(Program {
        arch: m.arch,
        supervision: s,
        insns: vec![SymInsn { code: op::RET, jt: 0, jf: 0, k: Operand::Known(ret::KILL_PROCESS) }],
    })
}
