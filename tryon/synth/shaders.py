"""The OpenGL programs of ``draw``: geometry buffers, shadow maps, one lamp added up.

Kinds of surface are those of ``draw``: 0 backdrop, 1 skin, 2 cloth, 3 hair, 4 eye, 5 shoe.
"""

VERTEX = """
#version 330
uniform mat4 vp; in vec3 p; in vec3 n; in vec2 t; in vec3 r;
out vec3 wp; out vec3 wn; out vec2 uv; out vec3 rest;
void main(){ wp=p; wn=n; uv=t; rest=r; gl_Position=vp*vec4(p,1.0); }
"""

NOISE = """
float hash(vec3 p){ p=fract(p*0.3183099+vec3(.1,.17,.13)); p*=17.0; return fract(p.x*p.y*p.z*(p.x+p.y+p.z)); }
float vnoise(vec3 x){ vec3 i=floor(x), f=fract(x); f=f*f*f*(f*(f*6.0-15.0)+10.0);
 return mix(mix(mix(hash(i),hash(i+vec3(1,0,0)),f.x),mix(hash(i+vec3(0,1,0)),hash(i+vec3(1,1,0)),f.x),f.y),
  mix(mix(hash(i+vec3(0,0,1)),hash(i+vec3(1,0,1)),f.x),mix(hash(i+vec3(0,1,1)),hash(i+vec3(1,1,1)),f.x),f.y),f.z); }
float ridge(vec3 x){ return 1.0-abs(2.0*vnoise(x)-1.0); }
float folds(vec3 x){ vec3 w=x+0.05*vec3(vnoise(x*9.0),vnoise(x*9.0+7.0),vnoise(x*9.0+13.0));
 return 0.62*ridge(w*vec3(9.0,9.0,6.0))+0.28*ridge(w*vec3(17.0,17.0,12.0)+3.1)+0.10*ridge(w*34.0+5.7); }
"""

GBUFFER = (
    """
#version 330
uniform sampler2D tex; uniform bool has_tex; uniform vec3 tint; uniform float grey; uniform float kind;
uniform float gloss; uniform float sharp; uniform float bump; uniform float weave; uniform float cut; uniform vec3 eye;
in vec3 wp; in vec3 wn; in vec2 uv; in vec3 rest;
layout(location=0) out vec4 o_albedo; layout(location=1) out vec4 o_normal; layout(location=2) out vec4 o_place;
"""
    + NOISE
    + """
void main(){
 vec4 c = has_tex ? texture(tex, uv) : vec4(1.0);
 if(kind==3.0) c.a*=smoothstep(0.0,0.3,abs(dot(normalize(wn),normalize(eye-wp)))); // thin where seen edge-on
 if(cut>0.0 && c.a<cut) discard;
 vec3 lin = pow(c.rgb, vec3(2.2));
 lin = mix(lin, vec3(dot(lin, vec3(.2126,.7152,.0722))), grey) * tint;
 vec3 n = normalize(wn);
 vec3 v=normalize(eye-wp); float nv=dot(n,v);
 // seen from behind: the other side; at a silhouette the smooth normal only leans over, so keep it upright
 if(nv<-0.35 || (kind==0.0 && nv<0.0)) n=-n; else if(nv<0.02) n=normalize(n+v*(0.02-nv));
 if(bump>0.0){
  float e=0.004; float h=folds(rest);
  vec3 g=vec3(folds(rest+vec3(e,0,0))-h, folds(rest+vec3(0,e,0))-h, folds(rest+vec3(0,0,e))-h)/e;
  n=normalize(n-bump*(g-n*dot(g,n)));
 }
 if(weave>0.0) lin *= 1.0+weave*(vnoise(rest*900.0)-0.5);
 o_albedo=vec4(lin, kind); o_normal=vec4(n, gloss); o_place=vec4(wp, kind==3.0 ? c.a : sharp);
}
"""
)

DEPTH_FRAGMENT = """
#version 330
uniform sampler2D tex; uniform bool has_tex; uniform float cut; in vec2 uv;
void main(){ if(has_tex && cut>0.0 && texture(tex, uv).a<max(cut,0.4)) discard; }
"""

QUAD = """
#version 330
in vec2 q; out vec2 s; void main(){ s=0.5*q+0.5; gl_Position=vec4(q,0,1); }
"""

LIGHT = """
#version 330
uniform sampler2D albedo; uniform sampler2D normal; uniform sampler2D place; uniform sampler2DShadow shadow;
uniform mat4 light_vp; uniform vec3 towards; uniform vec3 colour; uniform vec3 eye; uniform bool casts;
uniform int only; in vec2 s; layout(location=0) out vec4 o_diffuse; layout(location=1) out vec4 o_gloss;
void main(){
 vec4 a=texture(albedo,s); if(a.a<-0.5 || (only==0 && a.a==0.0) || (only==1 && a.a!=3.0)) discard;
 vec4 nn=texture(normal,s); vec4 pp=texture(place,s); vec3 n=nn.xyz, p=pp.xyz;
 float kind=a.a; float wrap = kind==1.0 ? 0.18 : kind==3.0 ? 0.45 : kind==2.0 ? 0.10 : 0.0;
 float nl=dot(n,towards); float d=max(0.0,(nl+wrap)/(1.0+wrap));
 if(d<=0.0){ o_diffuse=vec4(0); o_gloss=vec4(0); return; }
 float lit=1.0;
 if(casts){
  vec4 lp=light_vp*vec4(p+n*(kind==3.0?0.006:0.004)+towards*0.003,1.0); vec3 c=lp.xyz*0.5+0.5;
  if(all(greaterThan(c.xy,vec2(0.0)))&&all(lessThan(c.xy,vec2(1.0)))) lit=texture(shadow,vec3(c.xy,c.z-0.0006));
 } else if(kind==0.0) lit=0.0;
 vec3 h=normalize(towards+normalize(eye-p)); float sharp = kind==3.0 ? 18.0 : pp.a;
 float sp=pow(max(dot(n,h),0.0),sharp)*(sharp+8.0)*0.04*max(nl,0.0);
 o_diffuse=vec4(colour*d*lit,1); o_gloss=vec4(colour*sp*nn.a*lit,1);
}
"""
