using System.Net.Http.Json;
using System.Text.Json.Nodes;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster;

/// <summary>A single etcd on loopback.</summary>
internal sealed class Etcd(Placement placement, string program)
{
    private readonly int[] ports = FreePorts.Take(2);

    public string Url => $"http://127.0.0.1:{ports[0]}";

    public void Start()
    {
        var peer = $"http://127.0.0.1:{ports[1]}";
        placement.Start(
            "etcd",
            [
                program,
                "--name=default",
                $"--data-dir={placement.Run.Combine("etcd")}",
                $"--listen-client-urls={Url}",
                $"--advertise-client-urls={Url}",
                $"--listen-peer-urls={peer}",
                $"--initial-advertise-peer-urls={peer}",
                $"--initial-cluster=default={peer}",
            ]
        );
    }

    /// <summary>Drops every revision before the present one.</summary>
    public async Task CompactAsync(CancellationToken ct)
    {
        using var http = new HttpClient { BaseAddress = new Uri(Url) };
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
