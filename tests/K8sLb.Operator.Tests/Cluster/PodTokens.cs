using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using K8sLb.Kubernetes.Models;
using K8sLb.LocalCluster;

namespace K8sLb.Operator.Tests.Cluster;

/// <summary>Tokens as the kubelet gets them for a pod (TokenRequest), and what an attacker makes of them.</summary>
internal static class PodTokens
{
    /// <param name="pod">Null for a token of the account alone.</param>
    public static async Task<string> MintAsync(
        ControlPlane plane,
        string @namespace,
        V1Pod? pod,
        string audience = "k8slb",
        int seconds = 3600
    )
    {
        var request = new JsonObject
        {
            ["apiVersion"] = "authentication.k8s.io/v1",
            ["kind"] = "TokenRequest",
            ["spec"] = new JsonObject
            {
                ["audiences"] = new JsonArray(audience),
                ["expirationSeconds"] = seconds,
                ["boundObjectRef"] = pod is null
                    ? null
                    : new JsonObject
                    {
                        ["apiVersion"] = "v1",
                        ["kind"] = "Pod",
                        ["name"] = pod.Name(),
                        ["uid"] = pod.Uid(),
                    },
            },
        };
        var path = $"/api/v1/namespaces/{@namespace}/serviceaccounts/default/token";
        var answer = await plane.KubectlAsync(["create", "--raw", path, "-f", "-"], request.ToJsonString());
        return JsonNode.Parse(answer)!["status"]!["token"]!.GetValue<string>();
    }

    public static Task<string> MintAsync(
        ControlPlane plane,
        V1Pod pod,
        string audience = "k8slb",
        int seconds = 3600
    ) => MintAsync(plane, pod.Namespace()!, pod, audience, seconds);

    /// <summary>The same token, signed when it would have expired hours ago.</summary>
    public static string Expired(ControlPlane plane, string token)
    {
        using var key = RSA.Create();
        key.ImportFromPem(File.ReadAllText(Path.Combine(plane.RunDirectory, "pki", "tokens.key")));
        return Signed(token, key, claims => Shift(claims, TimeSpan.FromHours(-4)));
    }

    /// <summary>The same claims, signed by somebody else.</summary>
    public static string Forged(string token)
    {
        using var key = RSA.Create(2048);
        return Signed(token, key, _ => { });
    }

    private static void Shift(JsonObject claims, TimeSpan by)
    {
        foreach (var claim in new[] { "exp", "iat", "nbf" })
        {
            claims[claim] = claims[claim]!.GetValue<long>() + (long)by.TotalSeconds;
        }
    }

    private static string Signed(string token, RSA key, Action<JsonObject> change)
    {
        var parts = token.Split('.');
        var claims = JsonNode.Parse(Base64Url.Decode(parts[1]))!.AsObject();
        change(claims);
        var content = $"{parts[0]}.{Base64Url.Encode(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        var signature = key.SignData(
            Encoding.ASCII.GetBytes(content),
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        );
        return $"{content}.{Base64Url.Encode(signature)}";
    }

    private static class Base64Url
    {
        public static byte[] Decode(string text) => System.Buffers.Text.Base64Url.DecodeFromChars(text);

        public static string Encode(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
    }
}
