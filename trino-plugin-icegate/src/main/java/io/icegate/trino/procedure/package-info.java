/**
 * Procedures of the schema {@code system}. Each class is one CALL: it checks the arguments, asks Trino's access control and
 * hands over to the WAL or to upkeep. A new one is bound in the plugin's module. May import {@code catalog}, {@code live},
 * {@code upkeep} and {@code config}.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.trino.procedure;
