@org.jspecify.annotations.NullMarked
package io.icegate.guard;
