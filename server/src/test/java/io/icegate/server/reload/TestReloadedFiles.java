package io.icegate.server.reload;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class TestReloadedFiles
{
    private final List<String> console = new ArrayList<>();
    private final List<String> told = new ArrayList<>();

    @TempDir
    private Path folder;

    private ReloadedFiles<String> open(Path... files)
    {
        ReloadedFiles<String> reloaded = new ReloadedFiles<>("words", List.of(files), TestReloadedFiles::read, console::add);
        reloaded.onChange(told::add);
        return reloaded;
    }

    private static String read(List<byte[]> contents)
    {
        String text = String.join("+", contents.stream().map(content -> new String(content, UTF_8)).toList());
        if (text.contains("bad")) {
            throw new IllegalArgumentException("a word is bad");
        }
        if (text.contains("bug")) {
            throw new IllegalStateException(text);
        }
        return text;
    }

    @Test
    void testChangeIsAdoptedWhenTwoLooksFindIt()
            throws IOException
    {
        Path first = Files.writeString(folder.resolve("first"), "one");
        Path second = Files.writeString(folder.resolve("second"), "two");
        ReloadedFiles<String> words = open(first, second);
        assertThat(words.current()).isEqualTo("one+two");
        words.look();
        words.look();
        Files.writeString(second, "");
        words.look();
        assertThat(words.current()).as("may be half written").isEqualTo("one+two");
        Files.writeString(second, "three");
        words.look();
        assertThat(words.current()).as("still changing").isEqualTo("one+two");
        words.look();
        assertThat(words.current()).isEqualTo("one+three");
        Files.writeString(second, "");
        words.look();
        words.look();
        assertThat(words.current()).as("empty on purpose").isEqualTo("one+");
        assertThat(told).containsExactly("one+three", "one+");
        assertThat(console).isEmpty();
    }

    @Test
    void testBadContentIsToldOnceAndTheLastGoodOneStays()
            throws IOException
    {
        Path file = Files.writeString(folder.resolve("file"), "good");
        ReloadedFiles<String> words = open(file);
        for (int round = 0; round < 2; round++) {
            Files.writeString(file, "bad");
            for (int look = 0; look < 5; look++) {
                words.look();
                assertThat(words.current()).isEqualTo("good");
            }
            Files.writeString(file, "good");
            words.look();
        }
        Files.writeString(file, "bug secret");
        words.look();
        words.look();
        assertThat(console).containsExactly(
                "Cannot use words, the last ones stay in force: a word is bad",
                "Cannot use words, the last ones stay in force: a word is bad",
                "Cannot use words, the last ones stay in force: IllegalStateException");
        Files.writeString(file, "better");
        words.look();
        words.look();
        assertThat(words.current()).isEqualTo("better");
    }

    @Test
    void testMissingFileIsToldOnce()
            throws IOException
    {
        Path file = Files.writeString(folder.resolve("file"), "good");
        ReloadedFiles<String> words = open(file);
        Files.delete(file);
        words.look();
        words.look();
        words.look();
        assertThat(words.current()).isEqualTo("good");
        assertThat(console).containsExactly("Cannot read words, the last ones stay in force: there is no file " + file);
        Files.writeString(file, "new");
        words.look();
        words.look();
        assertThat(words.current()).isEqualTo("new");
    }

    @Test
    void testSizeIsBounded()
            throws IOException
    {
        Path file = Files.writeString(folder.resolve("file"), "x".repeat(ReloadedFiles.FILE_BYTES_MAX));
        ReloadedFiles<String> words = open(file);
        Files.writeString(file, "x".repeat(ReloadedFiles.FILE_BYTES_MAX + 1));
        words.look();
        words.look();
        assertThat(words.current()).hasSize(ReloadedFiles.FILE_BYTES_MAX);
        assertThat(console).singleElement().asString().endsWith("has more than 1048576 bytes");
        assertThatThrownBy(() -> open(file)).hasMessageContaining("Cannot read words: ");
    }

    @Test
    void testFirstReadMustSucceed()
            throws IOException
    {
        Path file = Files.writeString(folder.resolve("file"), "bad");
        assertThatThrownBy(() -> open(file)).isInstanceOf(IllegalArgumentException.class).hasMessage("Cannot use words: a word is bad");
    }
}
