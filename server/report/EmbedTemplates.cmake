# cmake -DOUT=x.cc -DTEMPLATES=a.tpl,b.tpl -P EmbedTemplates.cmake: the files as one C++ source.
string(REPLACE "," ";" FILES "${TEMPLATES}")
set(ENTRIES "")
foreach(FILE IN LISTS FILES)
  get_filename_component(NAME "${FILE}" NAME)
  file(READ "${FILE}" CONTENT)
  # A template that is included in the middle of a line must not bring an end of line with it.
  string(REGEX REPLACE "\n+$" "" CONTENT "${CONTENT}")
  if(CONTENT MATCHES "\\)tpl\"")
    message(FATAL_ERROR "${FILE} holds the end mark of a raw string; change the mark here")
  endif()
  string(APPEND ENTRIES "    {\"${NAME}\", R\"tpl(${CONTENT})tpl\"},\n")
endforeach()
file(WRITE "${OUT}" "#include \"server/report/templates.h\"

namespace drill::report {
namespace {
constexpr EmbeddedTemplate kTemplates[] = {
${ENTRIES}};
}  // namespace

absl::Span<const EmbeddedTemplate> EmbeddedTemplates() { return kTemplates; }

}  // namespace drill::report
")
