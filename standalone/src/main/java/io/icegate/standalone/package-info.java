/**
 * The commands of {@code ./icegate}. They start the same programs as production does, and add no logic to them.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.standalone;
