package io.icegate.standalone.console;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class TestStatements
{
    @Test
    void testOne()
    {
        assertThat(Statements.parse("SELECT 1").all()).containsExactly("SELECT 1");
        assertThat(Statements.parse(" SELECT 1 ; \n").all()).containsExactly("SELECT 1");
        assertThat(Statements.parse(" SELECT 1 ; \n").rest()).isEmpty();
    }

    @Test
    void testNone()
    {
        for (String text : new String[] {"", " \n", ";", " ; ;; ", "-- only a comment", "/* ; */ ;", "-- a\n;-- b\n"}) {
            assertThat(Statements.parse(text).all()).as(text).isEmpty();
        }
    }

    @Test
    void testSeveral()
    {
        Statements statements = Statements.parse("SET SESSION a = 1;\n\nSELECT 2;; SELECT\n3");
        assertThat(statements.complete()).containsExactly("SET SESSION a = 1", "SELECT 2");
        assertThat(statements.rest()).isEqualTo("SELECT\n3");
        assertThat(statements.all()).containsExactly("SET SESSION a = 1", "SELECT 2", "SELECT\n3");
    }

    @Test
    void testSemicolonsThatEndNothing()
    {
        String first = "SELECT 'it''s; ''', \"a;\"\"b\" -- no; end\n, /* nor; 'here */ 1";
        assertThat(Statements.parse(first + ";SELECT ';'").all()).containsExactly(first, "SELECT ';'");
    }

    @Test
    void testCommentsStayWithTheirStatement()
    {
        assertThat(Statements.parse("-- what it is\nSELECT 1; /* the second */ SELECT 2;").all())
                .containsExactly("-- what it is\nSELECT 1", "/* the second */ SELECT 2");
    }

    /**
     * As long as a string or comment is open, an interactive shell has to wait for more.
     */
    @Test
    void testOpenTokens()
    {
        for (String text : new String[] {"SELECT 'a;", "SELECT \"a;", "SELECT /* a;", "SELECT -- a;"}) {
            assertThat(Statements.parse(text).complete()).as(text).isEmpty();
            assertThat(Statements.parse(text).rest()).isEqualTo(text);
        }
    }
}
