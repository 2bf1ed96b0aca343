using System.Globalization;
using System.Reflection;
using K8sLb.Operator.Injection;
using K8sLb.Operator.Validation;

namespace K8sLb.Operator.Hosting;

/// <summary>Reads <see cref="OperatorOptions"/> from environment variables.</summary>
public static class OperatorEnvironment
{
    private static readonly string OwnVersion =
        typeof(OperatorEnvironment)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion
        ?? "unknown";

    /// <param name="variable">The value of a variable; null or empty where it is not set.</param>
    /// <exception cref="FormatException">Names the variable, its value and what would be right.</exception>
    public static OperatorOptions Read(Func<string, string?> variable)
    {
        var defaults = new OperatorOptions();
        var options = defaults with
        {
            Listen = Text("K8SLB_LISTEN") ?? defaults.Listen,
            HealthListen = Text("K8SLB_HEALTH_LISTEN") ?? defaults.HealthListen,
            Authentication = Authentication() ?? defaults.Authentication,
            ServiceName = Text("K8SLB_SERVICE") ?? defaults.ServiceName,
            Namespace = Text("K8SLB_NAMESPACE") ?? Text("POD_NAMESPACE"),
            PodName = Text("POD_NAME") ?? defaults.PodName,
            LeaseDuration = Duration("K8SLB_LEASE_DURATION") ?? defaults.LeaseDuration,
            LeaseRenewDeadline = Duration("K8SLB_LEASE_RENEW_DEADLINE") ?? defaults.LeaseRenewDeadline,
            LeaseRetryPeriod = Duration("K8SLB_LEASE_RETRY_PERIOD") ?? defaults.LeaseRetryPeriod,
            SettleTime = Duration("K8SLB_SETTLE_TIME") ?? defaults.SettleTime,
            ShutdownTimeout = Duration("K8SLB_SHUTDOWN_TIMEOUT") ?? defaults.ShutdownTimeout,
            WebhookListen = Webhook(),
            InjectionWebhook = Text("K8SLB_INJECTION_WEBHOOK"),
            ValidationWebhook = Text("K8SLB_VALIDATION_WEBHOOK"),
            Injection = InjectionEnvironment.Read(variable, OwnVersion),
            Hub = new() { AttachesPerSecond = Rate("K8SLB_ATTACH_RATE") ?? defaults.Hub.AttachesPerSecond },
        };
        options = options with { AdvertisedUrl = LeaderAddress.Derive(options.Listen, Text("POD_IP")) };
        return options is { UsesTls: false, Authentication: AuthenticationMode.TokenReview }
            ? throw new FormatException(
                $"K8SLB_LISTEN: \"{options.Listen}\": must be https://IP:PORT, since sidecars send no token over plain HTTP; "
                    + "K8SLB_AUTHENTICATION=None goes without tokens, for development"
            )
            : options;

        string? Text(string name) => variable(name) is { Length: > 0 } value ? value : null;

        string? Webhook() =>
            Text("K8SLB_WEBHOOK_LISTEN") is not { } text
            || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
                ? Text("K8SLB_WEBHOOK_LISTEN")
                : throw new FormatException(
                    $"K8SLB_WEBHOOK_LISTEN: \"{text}\": must be https://IP:PORT, since API servers call nothing else"
                );

        AuthenticationMode? Authentication() =>
            Text("K8SLB_AUTHENTICATION") is not { } text ? null
            : Enum.TryParse<AuthenticationMode>(text, out var mode) && Enum.IsDefined(mode) ? mode
            : throw new FormatException($"K8SLB_AUTHENTICATION: \"{text}\": must be TokenReview or None");

        int? Rate(string name) =>
            Text(name) is not { } text ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var rate)
            && rate is >= 10 and <= 100_000
                ? rate
            : throw new FormatException($"{name}: \"{text}\": must be 10 to 100000 in a second");

        TimeSpan? Duration(string name) =>
            Text(name) is not { } text ? null
            : GoDuration.TryParse(text, out var duration) ? duration
            : throw new FormatException($"{name}: \"{text}\": must be a duration such as 15s or 500ms");
    }
}
