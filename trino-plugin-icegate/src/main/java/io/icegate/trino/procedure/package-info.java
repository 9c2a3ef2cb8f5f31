/**
 * Procedures of the schema {@code system}. Each class is one CALL: it checks the arguments, asks Trino's access control and
 * hands over to the WAL. A new one is bound in the plugin's module. May import {@code catalog}, {@code live} and
 * {@code config}.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.trino.procedure;
