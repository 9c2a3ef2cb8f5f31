/**
 * End-to-end tests: every program in its own process, started as a user starts it.
 */
@org.jspecify.annotations.NullMarked
package io.icegate.tests;
