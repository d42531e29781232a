package io.daybook.cli;

import io.daybook.base.error.DaybookException;
import io.daybook.base.error.FileReason;
import io.daybook.base.exec.Futures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns whatever ends a command into one sentence on standard error and the documented exit code. */
final class Problems implements IParameterExceptionHandler, IExecutionExceptionHandler {
    private static final Pattern CHOICE =
            Pattern.compile("expected one of \\[(.*)] \\(case-insensitive\\) but was '(.*)'");

    @Override
    public int handleParseException(ParameterException problem, String[] arguments) {
        CommandLine command = problem.getCommandLine();
        String sentence = String.valueOf(problem.getMessage());
        if (problem instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            String word = unmatched.getUnmatched().get(0);
            sentence = (word.startsWith("-") ? "unknown option '" : "unknown command or argument '") + word + "'";
            List<String> near = unmatched.getSuggestions();
            if (!near.isEmpty()) {
                sentence += "; did you mean " + String.join(" or ", near) + "?";
            }
        }
        System.err.println("daybook: " + inPlainWords(sentence) + " (see '"
                + command.getCommandSpec().qualifiedName() + " --help')");
        return ExitCode.USAGE;
    }

    /** What picocli says in words of Java. */
    private static String inPlainWords(String sentence) {
        Matcher choice = CHOICE.matcher(sentence);
        String plain = choice.find()
                ? choice.replaceFirst(Matcher.quoteReplacement("'%s' is none of %s"
                        .formatted(choice.group(2), choice.group(1).toLowerCase(Locale.ROOT))))
                : sentence;
        return plain.replace('\n', ' ')
                .replaceFirst("^Error: ", "")
                .replaceFirst("is not an? (int|long)$", "is not a whole number of that size")
                .replaceFirst("is not a double$", "is not a number");
    }

    @Override
    public int handleExecutionException(Exception thrown, CommandLine command, ParseResult parsed) throws Exception {
        Throwable problem = Futures.cause(thrown);
        if (problem instanceof CommandFailure failure) {
            return end(failure);
        }
        if (problem instanceof DaybookException known) {
            return end(known.getMessage(), Failures.exitCode(known));
        }
        Throwable io = problem instanceof UncheckedIOException ? problem.getCause() : problem;
        if (io instanceof IOException failure) {
            return end(FileReason.of(failure), ExitCode.FAILED);
        }
        throw thrown; // a bug: show where
    }

    /** Runs a command, or prints its help; for what ends the printing of help too. */
    int execute(ParseResult parsed) {
        try {
            return new RunLast().execute(parsed);
        } catch (CommandFailure failure) {
            return end(failure);
        }
    }

    private static int end(CommandFailure failure) {
        return failure.quiet() ? failure.exitCode() : end(failure.getMessage(), failure.exitCode());
    }

    private static int end(@org.jspecify.annotations.Nullable String sentence, int code) {
        System.err.println("daybook: " + sentence);
        return code;
    }
}
