using System.Net.Http.Json;
using System.Text.Json.Nodes;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster;

/// <summary>A single etcd on loopback.</summary>
internal sealed class Etcd(RunDirectory run, string program, int clientPort, int peerPort)
{
    private ChildProcess? process;

    public Uri Url { get; } = new($"http://127.0.0.1:{clientPort}");

    public void Start(IReadOnlyList<string> prefix)
    {
        var peer = $"http://127.0.0.1:{peerPort}";
        process = run.Start(
            "etcd",
            [
                .. prefix,
                program,
                "--name=default",
                $"--data-dir={run.Combine("etcd")}",
                $"--listen-client-urls={Authority}",
                $"--advertise-client-urls={Authority}",
                $"--listen-peer-urls={peer}",
                $"--initial-advertise-peer-urls={peer}",
                $"--initial-cluster=default={peer}",
            ]
        );
    }

    public string Authority => Url.GetLeftPart(UriPartial.Authority);

    public void ThrowIfExited() => process?.ThrowIfExited();

    /// <summary>Drops every revision before the present one.</summary>
    public async Task CompactAsync(CancellationToken ct)
    {
        using var http = new HttpClient { BaseAddress = Url };
        var status = await PostAsync(http, "v3/maintenance/status", [], ct);
        var revision = status["header"]!["revision"]!.GetValue<string>();
        await PostAsync(http, "v3/kv/compaction", new JsonObject { ["revision"] = revision, ["physical"] = true }, ct);
    }

    private static async Task<JsonNode> PostAsync(HttpClient http, string path, JsonObject body, CancellationToken ct)
    {
        using var response = await http.PostAsJsonAsync(path, body, ct);
        var text = await response.Content.ReadAsStringAsync(ct);
        return response.IsSuccessStatusCode
            ? JsonNode.Parse(text)!
            : throw new HttpRequestException($"etcd answered {path} with {(int)response.StatusCode}: {text}");
    }
}
