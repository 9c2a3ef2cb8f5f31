/**
 * What a command prints. {@code ResultTable} prints rows as a table or as JSON, {@code CommandException} is a failure that is told in
 * one line. Nothing here knows the programs that are run or the commands, so every other package may use it.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.standalone.console;
