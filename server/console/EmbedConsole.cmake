# cmake -DOUT=x.cc -DDIST=web/dist -P EmbedConsole.cmake: the built console as one C++ source. Its
# files.txt names the files, each with NAME.gz beside it; without it there are none.
set(FILES "")
if(EXISTS "${DIST}/files.txt")
  file(STRINGS "${DIST}/files.txt" FILES)
endif()
set(DATA "")
set(TABLE "")
set(N 0)
# In lines: one literal of some hundred thousand characters is slow to compile.
function(bytes_of FILE OUT_NAME)
  file(READ "${FILE}" HEX HEX)
  string(REGEX REPLACE "(................................)" "\\1\"\n    \"" HEX "${HEX}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" HEX "${HEX}")
  set(${OUT_NAME} "\"${HEX}\"" PARENT_SCOPE)
endfunction()
foreach(NAME IN LISTS FILES)
  if(NAME MATCHES "\\.html$")
    set(TYPE "text/html; charset=utf-8")
  elseif(NAME MATCHES "\\.js$")
    set(TYPE "text/javascript; charset=utf-8")
  elseif(NAME MATCHES "\\.css$")
    set(TYPE "text/css; charset=utf-8")
  elseif(NAME MATCHES "\\.svg$")
    set(TYPE "image/svg+xml")
  else()
    message(FATAL_ERROR "${DIST}/${NAME}: no media type is known for it; add it to EmbedConsole.cmake")
  endif()
  bytes_of("${DIST}/${NAME}" PLAIN)
  bytes_of("${DIST}/${NAME}.gz" GZIP)
  string(APPEND DATA "constexpr char kPlain${N}[] =\n    ${PLAIN};\nconstexpr char kGzip${N}[] =\n    ${GZIP};\n")
  string(APPEND TABLE "      {\"/${NAME}\", \"${TYPE}\", {kPlain${N}, sizeof(kPlain${N}) - 1}, {kGzip${N}, sizeof(kGzip${N}) - 1}},\n")
  math(EXPR N "${N} + 1")
endforeach()
if(N EQUAL 0)
  set(BODY "absl::Span<const File> EmbeddedFiles() { return {}; }")
else()
  set(BODY "absl::Span<const File> EmbeddedFiles() {\n  static constexpr File kFiles[] = {\n${TABLE}  };\n  return kFiles;\n}")
endif()
file(WRITE "${OUT}" "#include \"server/console/pages.h\"

namespace drill::console {
namespace {
${DATA}}  // namespace

${BODY}

}  // namespace drill::console
")
