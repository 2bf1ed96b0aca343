using System.Diagnostics.Metrics;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using K8sLb.Kubernetes;
using K8sLb.Operator.Api;
using K8sLb.Operator.Diagnostics;
using K8sLb.Sidecar;
using K8sLb.Sidecar.Configuration;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Overload;
using Microsoft.Extensions.DependencyInjection;

namespace K8sLb.Telemetry.Tests;

/// <summary>The chart's alerts and dashboard, and what is written about them.</summary>
public sealed partial class MonitoringTests
{
    private static readonly string Alerts = Read("helm/k8slb/monitoring/alerts.yaml");
    private static readonly string Runbook = Read("docs/operations.md");

    [Theory]
    [InlineData("helm/k8slb/monitoring/alerts.yaml")]
    [InlineData("helm/k8slb/monitoring/dashboard.json")]
    [InlineData("docs/operations.md")]
    public void What_is_asked_for_is_measured(string file)
    {
        var asked = MetricName().Matches(Read(file)).Select(m => m.Value).Distinct().ToList();

        asked.ShouldNotBeEmpty();
        asked.Except(Measured()).ShouldBeEmpty();
    }

    [Fact]
    public void Every_alert_has_its_part_in_the_runbook()
    {
        var alerts = AlertName().Matches(Alerts).Select(m => m.Groups[1].Value).ToList();

        alerts.ShouldNotBeEmpty();
        alerts.ShouldAllBe(alert => Runbook.Contains($"### {alert}\n"));
    }

    [Fact]
    public void Every_reason_of_a_condition_has_its_part_in_the_runbook()
    {
        var reasons = typeof(ConditionReasons).GetFields().Select(f => (string)f.GetValue(null)!).ToList();

        reasons.ShouldNotBeEmpty();
        reasons.ShouldAllBe(reason => Runbook.Contains($"`{reason}`"));
    }

    /// <summary>By the names that Prometheus knows them by.</summary>
    private static HashSet<string> Measured()
    {
        var names = new HashSet<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            var type = instrument.GetType();
            var family = PrometheusNames.Family(instrument.Name, instrument.Unit);
            var kind = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
            string[] suffixes =
                kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>) ? ["_total"]
                : kind == typeof(Histogram<>) ? ["_bucket", "_sum", "_count"]
                : [""];
            names.UnionWith(suffixes.Select(s => family + s));
        };
        listener.Start();
        RuntimeHelpers.RunClassConstructor(typeof(OperatorMetrics).TypeHandle);
        RuntimeHelpers.RunClassConstructor(typeof(KubernetesMetrics).TypeHandle);
        using var sidecar = SidecarHost.Create(NeverStarted);
        // What is observed by loops is there once they run.
        sidecar
            .Services.GetRequiredService<SidecarMetrics>()
            .Observe(sidecar.Services.GetRequiredService<ApplicationGate>());
        return names;
    }

    private static SidecarOptions NeverStarted =>
        new()
        {
            Operator = new Uri("http://127.0.0.1:9"),
            PodName = "a",
            PodNamespace = "test",
            PodUid = "uid-a",
            PodAddress = IPAddress.Loopback,
            ListenAddress = IPAddress.Loopback,
            AppAddress = IPAddress.Loopback,
            AdminPort = 9,
            PeerPort = 9,
            StateDirectory = Directory.CreateTempSubdirectory("k8slb-telemetry-test-").FullName,
        };

    private static string Read(string path, [CallerFilePath] string here = "") =>
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", path));

    [GeneratedRegex(@"\bk8slb_(?:sidecar|operator|kubernetes)_[a-z_]+")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"- alert: (\w+)")]
    private static partial Regex AlertName();
}
