using System.Reflection;
using Microsoft.Extensions.Logging;

namespace K8sLb.Architecture.Tests;

/// <summary>
/// People filter logs by event id, so an id keeps its meaning for ever. log-events/PROGRAM.txt lists the ids of a program: id, level and
/// message. With K8SLB_REWRITE_GOLDEN=1 what is new is added; what changed, or is gone, is for people to look at.
/// </summary>
public sealed class LogEventTests
{
    private const string Retired = " (retired)";

    private static readonly Dictionary<string, string[]> Programs = new()
    {
        ["operator"] = ["K8sLb.Operator", "K8sLb.Kubernetes", "K8sLb.Telemetry"],
        ["sidecar"] = ["K8sLb.Sidecar", "K8sLb.Telemetry"],
    };

    public static TheoryData<string> Names => [.. Programs.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_event_id_is_used_once(string program) =>
        Events(program).CountBy(e => e.EventId).Where(c => c.Value > 1).Select(c => c.Key).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_log_message_has_an_event_id(string program) =>
        Events(program).Where(e => e.EventId <= 0).Select(e => e.Message).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Names))]
    public void An_event_id_keeps_its_meaning(string program)
    {
        var file = Repository.File($"tests/K8sLb.Architecture.Tests/log-events/{program}.txt");
        var now = Events(program).OrderBy(e => e.EventId).Select(Line).ToList();
        var known = File.Exists(file) ? File.ReadAllLines(file).ToList() : [];
        if (Environment.GetEnvironmentVariable("K8SLB_REWRITE_GOLDEN") == "1")
        {
            known = [.. known.UnionBy(now, Id).OrderBy(Number)];
            File.WriteAllLines(file, known);
        }

        now.Except(known)
            .ShouldBeEmpty(
                $"{program}.txt says otherwise, or nothing, of these. An id that is used before keeps its meaning: take a new one. "
                    + "`K8SLB_REWRITE_GOLDEN=1 make test T=Architecture` adds new ones."
            );
        known
            .Where(line => !line.EndsWith(Retired, StringComparison.Ordinal))
            .Except(now)
            .ShouldBeEmpty(
                $"{program}.txt has these, the program has not: \"{Retired}\" at a line's end says that its id is given up."
            );
        now.Select(Id)
            .Intersect(known.Where(line => line.EndsWith(Retired, StringComparison.Ordinal)).Select(Id))
            .ShouldBeEmpty("an id that was given up is not used again");
    }

    private static IEnumerable<LoggerMessageAttribute> Events(string program) =>
        Programs[program]
            .SelectMany(name => Assembly.Load(name).GetTypes())
            .SelectMany(type =>
                type.GetMethods(
                    BindingFlags.Public
                        | BindingFlags.NonPublic
                        | BindingFlags.Static
                        | BindingFlags.Instance
                        | BindingFlags.DeclaredOnly
                )
            )
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>();

    private static string Line(LoggerMessageAttribute e) => $"{e.EventId} {e.Level}: {e.Message}";

    private static string Id(string line) => line[..line.IndexOf(' ', StringComparison.Ordinal)];

    private static int Number(string line) => int.Parse(Id(line), System.Globalization.CultureInfo.InvariantCulture);
}
