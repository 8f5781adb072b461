"""The OpenGL programs of ``layers``.

All write bytes or integers where they can: reading them back is then a copy. Depth comes as distance
along the view axis (``depth_row``), since an orthographic view has no useful clip w.
"""

HEAD = "#version 330\n"

# part, label and other values of a face are fetched by its number: no corner is stored twice for them
FACE = """
uniform usampler2D faces;
uint face_byte(){ return texelFetch(faces, ivec2(gl_PrimitiveID & 2047, gl_PrimitiveID >> 11), 0).r; }
"""

VERTEX = (
    HEAD
    + """
uniform mat4 vp; uniform vec4 depth_row; uniform mat3 turn; uniform float lift;
in vec3 p; in vec3 n; in vec2 t;
out vec3 cn; out vec2 uv; out float away; out vec3 toward;
uniform vec3 eye; uniform bool ortho;
void main(){
 vec4 c=vp*vec4(p,1.0); cn=turn*n; uv=t; away=dot(depth_row,vec4(p,1.0));
 toward = ortho ? vec3(0,0,1) : turn*(eye-p);
 if(lift!=0.0){ vec4 near=vp*vec4(p+normalize(eye-p)*lift,1.0); c.z=near.z/near.w*c.w; }
 gl_Position=c;
}
"""
)

COLOUR = """
uniform sampler2D tex; uniform bool has_tex; uniform vec3 tint; uniform float grey; uniform float cut;
uniform uint kind; in vec3 cn; in vec2 uv; in float away; in vec3 toward;
vec4 texel(){ return has_tex ? texture(tex, uv) : vec4(1.0); }
vec3 coloured(vec3 srgb){
 vec3 lin=pow(srgb, vec3(2.2));
 lin=mix(lin, vec3(dot(lin, vec3(.2126,.7152,.0722))), grey)*tint;
 return pow(clip01(lin), vec3(1.0/2.2));
}
"""

CLIP01 = "vec3 clip01(vec3 v){ return clamp(v, 0.0, 1.0); }\n"

# the smooth normal as seen: turned to the viewer on a back face, kept from leaning over at a silhouette
NORMAL = """
vec3 seen(vec3 n, vec3 v, bool front){
 n=normalize(n); v=normalize(v); if(!front) n=-n;
 float nv=dot(n,v); if(nv<0.02) n=normalize(n+v*(0.02-nv)); return n;
}
uint units(float metres){ return uint(clamp(metres*2000.0+0.5, 1.0, 65535.0)); }
"""

BODY_NATIVE = (
    HEAD
    + CLIP01
    + FACE
    + COLOUR
    + """
layout(location=0) out uvec2 o_label; layout(location=1) out vec4 o_albedo;
void main(){
 vec4 c=texel(); if(cut>0.0 && c.a<cut) discard;
 o_label=uvec2(face_byte(), kind); o_albedo=vec4(coloured(c.rgb), 1.0);
}
"""
)

BODY_BLEND = (
    HEAD
    + CLIP01
    + COLOUR
    + """
layout(location=0) out vec4 o_albedo;
void main(){ vec4 c=texel(); if(c.a<0.03) discard; o_albedo=vec4(coloured(c.rgb), c.a); }
"""
)

BODY_HALF = (
    HEAD
    + CLIP01
    + COLOUR
    + NORMAL
    + """
layout(location=0) out ivec4 o_normal; layout(location=1) out uint o_depth;
uniform bool both;
void main(){
 if(cut>0.0 && texel().a<cut) discard;
 vec3 n=seen(cn, toward, both ? dot(cn,toward)>0.0 : true);
 o_normal=ivec4(round(n*127.0), 1); o_depth=units(away);
}
"""
)

# a strand card seen edge-on is thinner than its texture says
HAIR_NATIVE = (
    HEAD
    + CLIP01
    + COLOUR
    + """
layout(location=0) out vec4 o_hair; uniform bool core;
void main(){
 vec4 c=texel(); c.a*=smoothstep(0.0,0.3,abs(dot(normalize(cn),normalize(toward))));
 if(core ? c.a<cut : c.a<0.02) discard;
 // relative to the texture's mean, with half of its painted highlights: the light makes its own
 float light=dot(pow(c.rgb, vec3(2.2)), vec3(.2126,.7152,.0722))*tint.x;
 o_hair=vec4(vec3(clamp(0.502*pow(light, 0.6/2.2), 0.0, 1.0)), core ? 1.0 : c.a);
}
"""
)

DEPTH_VERTEX = (
    HEAD
    + """
uniform mat4 vp; uniform vec3 eye; in vec3 p; in float push;
void main(){
 vec4 c=vp*vec4(p,1.0);
 if(push!=0.0){ vec4 far=vp*vec4(p+normalize(p-eye)*push,1.0); c.z=far.z/far.w*c.w; }
 gl_Position=c;
}
"""
)
DEPTH_FRAGMENT = HEAD + "void main(){}\n"

GARMENT_VERTEX = (
    HEAD
    + """
uniform mat4 vp; uniform vec4 depth_row; uniform mat3 turn; uniform vec3 eye;
in vec3 p; in vec3 n; in vec2 f; in vec3 c; in vec2 squeeze;
out vec3 cn; out vec2 flat_px; out vec3 cloth; out vec2 tight; out float away; out vec3 at;
void main(){
 cn=turn*n; flat_px=f; cloth=c; tight=squeeze; away=dot(depth_row,vec4(p,1.0)); at=turn*(p-eye);
 gl_Position=vp*vec4(p,1.0);
}
"""
)

PART = """
uint part_byte(){ return face_byte() | (gl_FrontFacing ? 0u : 32u); }
"""

GARMENT_NATIVE = (
    HEAD
    + FACE
    + PART
    + """
layout(location=0) out uint o_part;
void main(){ o_part=part_byte(); }
"""
)

# gradient noise (Perlin, Improving Noise, 2002) with its own slope in .yzw, -0.7 to 0.7, and ridges of it
NOISE = """
vec3 arrow(ivec3 i){
 uvec3 u=uvec3(i); uint h=(u.x*73856093u)^(u.y*19349663u)^(u.z*83492791u);
 h=h*747796405u+2891336453u; h=(h^(h>>15))*2246822519u; h^=h>>13;
 return vec3(h&1023u, (h>>10)&1023u, (h>>20)&1023u)/511.5-1.0;
}
vec4 noise(vec3 x){
 vec3 c=floor(x), f=x-c; ivec3 i=ivec3(c);
 vec3 u=f*f*f*(f*(f*6.0-15.0)+10.0), du=30.0*f*f*(f*(f-2.0)+1.0);
 vec4 corner[8];
 for(int k=0;k<8;k++){ ivec3 o=ivec3(k&1,(k>>1)&1,k>>2); vec3 g=arrow(i+o); corner[k]=vec4(dot(g,f-vec3(o)),g); }
 vec4 x0=mix(corner[0],corner[1],u.x), x1=mix(corner[2],corner[3],u.x);
 vec4 x2=mix(corner[4],corner[5],u.x), x3=mix(corner[6],corner[7],u.x);
 vec4 n=mix(mix(x0,x1,u.y),mix(x2,x3,u.y),u.z);
 float dx=mix(mix(corner[1].x-corner[0].x,corner[3].x-corner[2].x,u.y),
              mix(corner[5].x-corner[4].x,corner[7].x-corner[6].x,u.y),u.z);
 float dy=mix(x1.x-x0.x,x3.x-x2.x,u.z), dz=mix(x2.x,x3.x,u.y)-mix(x0.x,x1.x,u.y);
 return vec4(n.x, n.yzw+du*vec3(dx,dy,dz));
}
vec3 ridge_slope(vec3 x){
 vec4 n=noise(x);  // the ridge is rounded so that no crease is sharper than a pixel
 return -1.4*n.yzw*n.x/sqrt(n.x*n.x+0.01);
}
// slope of folds per unit of their height times per_m; z of the cloth's coordinates runs along the limb
vec3 fold_slope(vec3 x, float per_m, float hang, vec2 tight){
 vec3 w=x*per_m;
 w+=vec3(1.4,1.4,1.0)*vec3(noise(w*0.28+7.3).x, noise(w*0.28+13.6).x, noise(w*0.28+29.4).x);
 hang*=3.4; tight*=1.3;  // so that the slope is about that much in the root of the mean square
 float here=smoothstep(-0.15,0.3,noise(w*0.3+41.7).x);  // cloth folds in some places and is smooth in others
 vec3 down=vec3(1.0,1.0,0.26), round_=vec3(0.38,0.38,1.35);
 vec3 g=(hang*here+tight.y)*(0.75*down*ridge_slope(w*down)+0.35*down*ridge_slope(w*down*2.1+3.3));
 g+=(0.35*hang*here+tight.x)*(0.7*round_*ridge_slope(w*round_+17.6)+0.3*round_*ridge_slope(w*round_*1.9+5.2));
 return g+0.05*hang*ridge_slope(w*3.1+2.8);
}
// a height whose gradient in the cloth is g, bent onto the surface as seen: Mikkelsen, Bump Mapping
// Unparametrized Surfaces on the GPU, 2010
vec3 bent(vec3 n, vec3 place, vec3 cloth_at, vec3 g){
 vec3 px=dFdx(place), py=dFdy(place), r1=cross(py,n), r2=cross(n,px);
 float det=dot(px,r1);
 vec3 slope=(dot(g,dFdx(cloth_at))*r1+dot(g,dFdy(cloth_at))*r2)/(abs(det)<1e-12 ? 1e-12 : det);
 float steep=length(slope); slope*=min(1.0, 0.8/max(steep,1e-6));  // creases of more than 40 degrees are spikes
 return normalize(n-slope);
}
"""

GARMENT_HALF = (
    HEAD
    + FACE
    + PART
    + NORMAL
    + NOISE
    + """
in vec3 cn; in vec2 flat_px; in vec3 cloth; in vec2 tight; in float away; in vec3 at;
uniform bool ortho; uniform float fold; uniform float fold_tight; uniform float per_m; uniform vec3 shift;
layout(location=0) out ivec4 o_normal; layout(location=1) out uint o_depth; layout(location=2) out vec2 o_flat;
void main(){
 vec3 toward = ortho ? vec3(0,0,1) : -at;
 vec3 n=seen(cn, toward, gl_FrontFacing);
 if(fold+fold_tight>0.0){
  vec3 g=fold_slope(cloth+shift, per_m, fold, fold_tight*tight);
  n=seen(bent(n, at, cloth, gl_FrontFacing ? g : -g), toward, true);
 }
 o_normal=ivec4(ivec3(round(n*127.0)), int(part_byte())); o_depth=units(away); o_flat=flat_px;
}
"""
)
