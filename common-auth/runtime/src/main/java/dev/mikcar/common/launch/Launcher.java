package dev.mikcar.common.launch;

import dev.mikcar.common.settings.SettingException;
import dev.mikcar.common.settings.Settings;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.PreventFurtherStepsException;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * The main class of every application: starts a process from its command line. A flag is the
 * setting of the same name, above the environment; how that is done is that it becomes a system
 * property, which is a source that Quarkus puts above the environment too.
 */
@QuarkusMain
public final class Launcher {
  private static final Logger LOG = Logger.getLogger(Launcher.class);

  /** How long closing may take, after requests that ran were waited for. */
  private static final Duration CLOSING = Duration.ofSeconds(5);

  private Launcher() {}

  /**
   * Runs the services that the command line names until the process is told to end; does not
   * return. The only service of an application need not be named.
   */
  public static void main(String... args) {
    exit(start(AvailableServices.read(), args));
  }

  private static int start(List<String> available, String... args) {
    String otherwise = available.size() == 1 ? available.getFirst() : "";
    Flags flags = new Flags();
    CommandLine command = new CommandLine(flags);
    command.setUsageHelpAutoWidth(true);
    ServiceFlags services = new ServiceFlags(available);
    services.addTo(command.getCommandSpec());
    try {
      command.parseArgs(args);
      if (command.isUsageHelpRequested()) {
        command.usage(System.out);
        return 0;
      }
      if (command.isVersionHelpRequested()) {
        command.printVersionHelp(System.out);
        return 0;
      }
      flags.settings().forEach(System::setProperty);
      String named = services.named(setting(Settings.SERVICES_VARIABLE), otherwise);
      if (named.isEmpty()) {
        command.usage(System.err);
        return fail("mikcar: name the services to run, such as --all");
      }
      System.setProperty(Settings.SERVICES_VARIABLE, named);
      Settings.read(Launcher::setting);
    } catch (CommandLine.UnmatchedArgumentException e) {
      return fail("mikcar: " + unknown(e.getUnmatched().getFirst()) + "; --help lists the flags");
    } catch (CommandLine.ParameterException e) {
      return fail("mikcar: " + e.getMessage() + "; --help lists what is accepted");
    } catch (SettingException e) {
      return fail(String.valueOf(e.getMessage()));
    }
    NativeTransport.choose();
    runToTheEnd();
    return -1;
  }

  /** Only the name of a flag is shown: what is mistyped may be a credential. */
  private static String unknown(String argument) {
    int value = argument.indexOf('=');
    return argument.startsWith("-")
        ? "unknown flag '" + (value < 0 ? argument : argument.substring(0, value)) + "'"
        : "an argument that belongs to no flag";
  }

  @SuppressWarnings("SystemExitOutsideMain") // The body of main.
  private static void exit(int code) {
    if (code >= 0) {
      System.exit(code);
    }
  }

  /**
   * A process that was asked to end by a signal, and did, has succeeded: exit code 0, where the JVM
   * would say 143. So the JVM, once it shuts down, waits for this thread, on which Quarkus stops
   * the application and which then ends the process.
   */
  private static void runToTheEnd() {
    // Paths are checked in http/ExactPath, which answers with the error body.
    System.setProperty("vertx.disableURIValidation", "true");
    Thread main = Thread.currentThread();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> awaitEnd(main), "await-end"));
    Quarkus.run(null, Launcher::end);
  }

  /** In dev mode, the application also ends to be started again. Before its start all is NORMAL. */
  private static void end(int code, @Nullable Throwable cause) {
    if (cause != null) {
      report(cause);
    }
    if (LaunchMode.current() == LaunchMode.NORMAL) {
      Runtime.getRuntime().halt(code);
    }
  }

  /** One line for what the operator can mend, which is what such an exception is for. */
  private static void report(Throwable failure) {
    Throwable cause = failure;
    @Nullable String certificate = null;
    while (cause.getCause() != null) {
      if (isOfCertificates(cause)) {
        certificate = cause.getMessage();
      }
      cause = cause.getCause();
    }
    if (cause instanceof PreventFurtherStepsException || cause instanceof ConfigurationException) {
      int _ = fail(String.valueOf(cause.getMessage()));
    } else if (certificate != null) {
      SettingException line =
          new SettingException(
              "quarkus.tls",
              certificate + ": " + cause.getMessage(),
              "files with a certificate and its key");
      int _ = fail(String.valueOf(line.getMessage()));
    } else {
      LOG.error("Cannot start", failure);
    }
  }

  /** Quarkus has no type of its own for certificates that it cannot use, only this message. */
  private static boolean isOfCertificates(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    return failure instanceof IllegalStateException
        && message.startsWith("Invalid ")
        && message.contains(" configuration for certificate ");
  }

  private static void awaitEnd(Thread main) {
    try {
      Duration limit =
          ConfigProvider.getConfig()
              .getOptionalValue("quarkus.shutdown.timeout", Duration.class)
              .orElse(Duration.ZERO)
              .plus(CLOSING);
      if (!main.join(limit)) {
        // Whatever still computes or waits: what was answered is on stable storage.
        new PrintStream(System.err, true, StandardCharsets.UTF_8)
            .println("mikcar: not everything ended within " + limit.toSeconds() + " s; ends now");
        Runtime.getRuntime().halt(0);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static @Nullable String setting(String name) {
    Function<String, @Nullable String> property = System::getProperty;
    String flag = property.apply(name);
    return flag != null ? flag : System.getenv(name);
  }

  private static int fail(String line) {
    new PrintStream(System.err, true, StandardCharsets.UTF_8).println(line);
    return SettingException.EXIT_CODE;
  }
}
