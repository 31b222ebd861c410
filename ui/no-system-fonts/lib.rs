//! Fontconfig, absent: the kiosk draws with the fonts that it ships and with no others.
//!
//! The toolkit's font library asks fontconfig for the system's fonts before a program can say that it wants none, and
//! panics if fontconfig is installed and finds no font at all (linebender/parley pull request 717 mends that in a later
//! version). Here fontconfig cannot be opened and has no configuration, which the library takes for "no system fonts".
//!
//! Invariant: no function here does anything. [`FcInitLoadConfig`] is the only one that is ever called; the others are
//! there to be named, and answer that there is nothing.

#![allow(non_snake_case, non_camel_case_types, non_upper_case_globals, reason = "fontconfig's own names")]
#![allow(clippy::missing_safety_doc, reason = "no function here touches what it is given")]

use std::ffi::{c_char, c_int, c_uchar, c_uint};
use std::ptr::null_mut;

/// A byte of a string.
pub type FcChar8 = c_uchar;
/// What a look-up came to.
pub type FcResult = c_uint;
/// How a pattern is completed.
pub type FcMatchKind = c_uint;
/// Which set of fonts.
pub type FcSetName = c_uint;

/// There is a value.
pub const FcResultMatch: FcResult = 0;
/// There is none.
pub const FcResultNoMatch: FcResult = 1;
/// There is one of another type.
pub const FcResultTypeMismatch: FcResult = 2;
/// There are not that many.
pub const FcResultNoId: FcResult = 3;
/// No memory is left.
pub const FcResultOutOfMemory: FcResult = 4;
/// For a match.
pub const FcMatchPattern: FcMatchKind = 0;
/// The system's fonts.
pub const FcSetSystem: FcSetName = 0;

/// The names of a pattern's values.
pub mod constants {
    use std::ffi::CStr;

    /// Its letters.
    pub const FC_CHARSET: &CStr = c"charset";
    /// Its family.
    pub const FC_FAMILY: &CStr = c"family";
    /// Its file.
    pub const FC_FILE: &CStr = c"file";
    /// Its place in that file.
    pub const FC_INDEX: &CStr = c"index";
    /// Its languages.
    pub const FC_LANG: &CStr = c"lang";
    /// Its slope.
    pub const FC_SLANT: &CStr = c"slant";
    /// Its weight.
    pub const FC_WEIGHT: &CStr = c"weight";
    /// Its width.
    pub const FC_WIDTH: &CStr = c"width";
}

/// What a program that opens fontconfig while it runs looks at first.
pub mod statics {
    /// Fontconfig, if it was opened; it never is.
    pub static LIB_RESULT: Result<(), Absent> = Err(Absent);
    /// Its functions are this crate's.
    pub static LIB: () = ();

    /// Fontconfig is left out on purpose.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Absent;
}

/// A set of letters; there is none.
#[derive(Debug)]
pub enum FcCharSet {}
/// A configuration; there is none.
#[derive(Debug)]
pub enum FcConfig {}
/// A set of languages; there is none.
#[derive(Debug)]
pub enum FcLangSet {}
/// A font or a wish for one; there is none.
#[derive(Debug)]
pub enum FcPattern {}

/// A list of fonts; there is none.
#[derive(Debug)]
#[repr(C)]
pub struct FcFontSet {
    /// How many.
    pub nfont: c_int,
    /// Room for how many.
    pub sfont: c_int,
    /// They.
    pub fonts: *mut *mut FcPattern,
}

/// Calls a function of this crate by its name, as the macro of the real bindings does.
#[macro_export]
macro_rules! ffi_dispatch {
    (feature = $feature:expr, $library:expr, $function:ident, $($argument:expr),* $(,)?) => {
        $crate::$function($($argument),*)
    };
}

/// The functions that are named by the font library, each with the answer "nothing".
macro_rules! absent {
    ($($(#[$meta:meta])* $name:ident($($argument:ident: $type:ty),*) $(-> $answer:ty = $nothing:expr)?;)*) => {$(
        $(#[$meta])*
        pub unsafe fn $name($($argument: $type),*) $(-> $answer)? {
            $(let _ = $argument;)*
            $($nothing)?
        }
    )*};
}

absent! {
    /// No configuration: this is what makes the library go on without system fonts.
    FcInitLoadConfig() -> *mut FcConfig = null_mut();
    /// Nothing to build.
    FcConfigBuildFonts(config: *mut FcConfig) -> c_int = 0;
    /// Nothing to release.
    FcConfigDestroy(config: *mut FcConfig);
    /// No fonts.
    FcConfigGetFonts(config: *mut FcConfig, set: FcSetName) -> *mut FcFontSet = null_mut();
    /// Nothing to keep.
    FcConfigReference(config: *mut FcConfig) -> *mut FcConfig = null_mut();
    /// Nothing to complete.
    FcConfigSubstitute(config: *mut FcConfig, pattern: *mut FcPattern, kind: FcMatchKind) -> c_int = 0;
    /// No font.
    FcFontMatch(config: *mut FcConfig, pattern: *mut FcPattern, result: *mut FcResult) -> *mut FcPattern = null_mut();
    /// No font.
    FcFontRenderPrepare(config: *mut FcConfig, pattern: *mut FcPattern, font: *mut FcPattern) -> *mut FcPattern = null_mut();
    /// Nothing to release.
    FcFontSetDestroy(set: *mut FcFontSet);
    /// No fonts.
    FcFontSort(config: *mut FcConfig, pattern: *mut FcPattern, trim: c_int, letters: *mut *mut FcCharSet, result: *mut FcResult)
        -> *mut FcFontSet = null_mut();
    /// No set.
    FcCharSetCreate() -> *mut FcCharSet = null_mut();
    /// Nothing to add to.
    FcCharSetAddChar(set: *mut FcCharSet, letter: c_uint) -> c_int = 0;
    /// No set.
    FcCharSetCopy(set: *mut FcCharSet) -> *mut FcCharSet = null_mut();
    /// Nothing to release.
    FcCharSetDestroy(set: *mut FcCharSet);
    /// No set.
    FcLangSetCreate() -> *mut FcLangSet = null_mut();
    /// Nothing to add to.
    FcLangSetAdd(set: *mut FcLangSet, language: *const FcChar8) -> c_int = 0;
    /// No set.
    FcLangSetCopy(set: *const FcLangSet) -> *mut FcLangSet = null_mut();
    /// Nothing to release.
    FcLangSetDestroy(set: *mut FcLangSet);
    /// No name.
    FcNameUnparse(pattern: *mut FcPattern) -> *mut FcChar8 = null_mut();
    /// No pattern.
    FcPatternCreate() -> *mut FcPattern = null_mut();
    /// Nothing to release.
    FcPatternDestroy(pattern: *mut FcPattern);
    /// Nothing to keep.
    FcPatternReference(pattern: *mut FcPattern);
    /// Nothing to add to.
    FcPatternAddCharSet(pattern: *mut FcPattern, name: *const c_char, set: *const FcCharSet) -> c_int = 0;
    /// Nothing to add to.
    FcPatternAddLangSet(pattern: *mut FcPattern, name: *const c_char, set: *const FcLangSet) -> c_int = 0;
    /// Nothing to add to.
    FcPatternAddString(pattern: *mut FcPattern, name: *const c_char, value: *const FcChar8) -> c_int = 0;
    /// No value.
    FcPatternGetInteger(pattern: *mut FcPattern, name: *const c_char, at: c_int, value: *mut c_int) -> FcResult = FcResultNoMatch;
    /// No value.
    FcPatternGetString(pattern: *mut FcPattern, name: *const c_char, at: c_int, value: *mut *mut FcChar8) -> FcResult = FcResultNoMatch;
    /// Nothing to release.
    FcStrFree(text: *mut FcChar8);
}
